"""Ways to make many updates quickly, without a record of each; `choice` says which a network gets."""
