"""The study of the costs: its protocol, the training of its networks, what is measured of them, and its page."""
