"""Training data of the reader, its token layout, and what it is measured by.

The reader is one cross-encoder for questions and statements. The programs that train and export it are in scripts/.
"""
