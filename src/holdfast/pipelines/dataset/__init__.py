"""From a proof library to a training set: the dataset steps on the step engine."""
