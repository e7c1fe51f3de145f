"""What turns packaged weights into the files of a model: a module for each kind."""
