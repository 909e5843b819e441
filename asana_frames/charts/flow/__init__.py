"""Charts of the flow of tasks: scope, throughput, load, lead times, age, forecast."""
