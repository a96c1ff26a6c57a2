# SPDX-License-Identifier: Apache-2.0
"""proxy.py PORT_FILE SERVER_PORT ORDER_FILE: TCP connections to a server of this host, one of which goes wrong.

An order is a line "FAULT TEXT>TEXT... BYTES" in ORDER_FILE: once a client has sent these texts, one behind the other
(\\0 stands for a zero byte), and then so many bytes more, this happens, once; the file is removed when it does:

    reset   both ends get a reset
    half    the client is told that the server is done; what the client sends still arrives
    drip    the next bytes pass one a millisecond, for two seconds
    lose    what the client sent arrives and is answered; then both ends get a reset, and the client no answer
    hold    what the client sent arrives; the answer waits until ORDER_FILE.held, which says so, is removed
"""
import asyncio
import os
import socket
import struct
import sys

DRIPS = 2000
HELD_LOOK = 0.02  # seconds
port_file, server_port, order_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def reset(*writers):
    for writer in writers:
        end = writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


class Connection:
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.sent, self.found = b"", 0  # what the client sent since the last text that was found; how many were
        self.drips, self.losing, self.deaf, self.held = 0, False, False, False

    def due(self, data):
        """The fault that these bytes of the client bring about."""
        if not os.path.exists(order_file):
            return None
        fault, texts, count = open(order_file).read().split()
        texts = [text.replace("\\0", "\0").encode() for text in texts.split(">")]
        self.sent += data
        while self.found < len(texts) and texts[self.found] in self.sent:
            self.sent = self.sent.split(texts[self.found], 1)[1]
            self.found += 1
        if self.found < len(texts) or len(self.sent) < int(count):
            return None
        self.held = fault == "hold"
        if self.held:
            open(order_file + ".held", "w").close()
        os.remove(order_file)
        return fault

    async def give(self, writer, data):
        while self.drips > 0 and data:
            self.drips -= 1
            writer.write(data[:1])
            data = data[1:]
            await asyncio.sleep(0.001)
        writer.write(data)
        await writer.drain()

    async def from_client(self, reader):
        while data := await reader.read(8192):
            fault = self.due(data)
            if fault == "reset":
                return reset(self.client, self.server)
            if fault == "drip":
                self.drips = DRIPS
            self.losing = self.losing or fault == "lose"
            await self.give(self.server, data)
            if fault == "half":
                self.deaf = True
                self.client.write_eof()
        self.server.close()

    async def from_server(self, reader):
        while data := await reader.read(8192):
            if self.losing:
                return reset(self.client, self.server)
            while self.held:
                await asyncio.sleep(HELD_LOOK)
                self.held = os.path.exists(order_file + ".held")
            if not self.deaf:
                await self.give(self.client, data)
        self.client.close()


async def serve(client_reader, client):
    try:
        server_reader, server = await asyncio.open_connection("127.0.0.1", server_port)
    except ConnectionError:
        return reset(client)
    c = Connection(client, server)
    try:
        await asyncio.gather(c.from_client(client_reader), c.from_server(server_reader))
    except ConnectionError:
        reset(client, server)


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        with open(port_file + ".new", "w") as file:
            file.write(str(listener.sockets[0].getsockname()[1]))
        os.rename(port_file + ".new", port_file)
        await listener.serve_forever()

asyncio.run(main())
