"""The same training as others would write it; each is run as `peer.py FILE STEPS`."""
