"""TensorFlow 1 checkpoints and graphs read without TensorFlow, and which of their variables are LSTM layers."""
