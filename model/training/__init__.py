"""How the reflex is made: requests, traces played by a teacher, training, evaluation."""
