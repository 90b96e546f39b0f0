"""Action plugins: programs that speak the Model Context Protocol, each in a process of its own and with a manifest."""
