"""The abstract values: tensors, shapes, dtypes, intervals and everything else that Python passes around."""
