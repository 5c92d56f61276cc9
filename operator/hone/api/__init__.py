"""The words: what a user may say, and what the operator answers."""

GROUP = "hone.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "OptimizationJob"
PLURAL = "optimizationjobs"
