"""Operating a deployment on AWS: one command each."""
