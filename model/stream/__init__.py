"""What every folder shares: values, protocols, the loop, clocks, queues, the trace. Standard library only."""
