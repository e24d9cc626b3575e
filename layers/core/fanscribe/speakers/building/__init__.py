"""The two speaker models, built from published checkpoints. Needs numpy alone."""

SEGMENTATION, EMBEDDING = "segmentation.onnx", "embedding.onnx"  # the models' files

# A folder that was built says how: another recipe, another number, and it is built anew
RECIPE, RECIPE_FILE = "2", "recipe.txt"
