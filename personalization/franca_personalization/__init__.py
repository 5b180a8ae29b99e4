"""The optional layer of Franca that authors: copy variants per segment, experiments and what they show."""
