"""What every room may know: the words of a stage, its task, its report, its failure."""
