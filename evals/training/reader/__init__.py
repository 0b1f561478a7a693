"""Training data and measures of the trained reader.

The reader is one cross-encoder for questions and statements. The programs that train and export it are in scripts/.
"""
