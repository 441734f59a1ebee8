"""Save the trained sunspots network as a TensorFlow 1.15.5 checkpoint, from its CSV files.

How to run it (Python 3.7), behind train_and_export.py; it writes into the folder trained/ beside this script:

    pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'
    python save_checkpoint.py

What it makes: a checkpoint as tf.train.Saver saves it by default, with the graph in its .meta.
"""

import numpy as np
import tensorflow as tf
from train_and_export import FOLDER, TRAINING_STEPS, build_network, load_sunspots, make_sequence


def load_weights(session):
    """Give each variable the numbers of its CSV file."""
    for variable in tf.trainable_variables():
        scopes = variable.op.name.replace("/lstm_cell", "").split("/")
        values = np.loadtxt(str(FOLDER / f"{'_'.join(scopes[-2:])}.csv"), np.float32, delimiter=",")
        variable.load(values.reshape(variable.shape.as_list()), session)


def main():
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    inputs, _ = make_sequence(load_sunspots())
    _, prediction = build_network(inputs)
    with tf.Session() as session:
        load_weights(session)
        recorded = np.loadtxt(str(FOLDER / "dense_output.csv"), np.float32)
        print("largest difference from dense_output.csv:", np.abs(session.run(prediction)[:, 0] - recorded).max())
        # Relative, so that the `checkpoint` file names no folder of this machine.
        tf.train.Saver(save_relative_paths=True).save(session, str(FOLDER / "trained" / "model.ckpt"), TRAINING_STEPS)


if __name__ == "__main__":
    main()
