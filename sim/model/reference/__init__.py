"""The reference engine: a SimPy model written to be read. Every other engine must equal it in every cell."""
