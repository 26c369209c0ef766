"""Everything that touches the inside of TensorFlow or Keras."""
