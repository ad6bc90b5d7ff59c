"""Network files: text to `document`, document to `Setup` by `read`, and back by `write`. The only room that knows YAML and JSON."""
