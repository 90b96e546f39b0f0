"""barista: a plugin for Ambidex that takes orders. There is no machine behind it: it says back what it would make."""

from mcp.server import MCPServer

server = MCPServer("barista")


@server.tool()
def order_drink(
    drink: str,
    size: str = "",
    roast: str = "",
    shots: str = "",
    milk: str = "",
    sugar: str = "",
) -> str:
    """Takes an order."""
    order = " ".join(filter(None, (size, shots, roast, drink)))
    additions = " and ".join(filter(None, (milk, sugar)))
    return f"One {order}{f' with {additions}' if additions else ''}, coming up."


if __name__ == "__main__":
    server.run()
