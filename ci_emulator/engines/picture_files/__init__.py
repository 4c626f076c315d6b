"""Picture files reduced to what their pixels need, one module for each container format."""
