"""What a brand's templates would catch, simulated on its own questions: no labelled cases are needed."""
