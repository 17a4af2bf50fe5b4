"""Hands its three standard streams to an exec service and waits until the job is over.

It imports nothing of ours. What is written to them by the service is what a container would write. Our death
closes the connection, and the service then ends the job.
"""

import socket
import sys

__all__: list[str] = []


def main() -> None:
    """Serve one job."""
    with socket.socket(socket.AF_UNIX) as service:
        try:
            service.connect(sys.argv[1])
            socket.send_fds(service, [b"j"], [0, 1, 2])
            while service.recv(1):
                pass
        except OSError as error:
            sys.exit(f"the exec service at {sys.argv[1]} cannot be reached: {error.strerror or error}")


if __name__ == "__main__":
    main()
