"""A program traced for symbolic sizes, read as mathematics about a generic element, and proved for every size."""
