"""In place of crm.uploads.reading.child: does what the file says a reader does."""

import os
import resource
import signal
import sys
import time

from crm.uploads.reading import child


def main() -> None:
    descriptor = int(sys.argv[1])
    with open(descriptor, "rb") as file:
        says = file.read().decode()
    child.limit_itself(0)
    if says.startswith("rows"):
        child.send(child.HEADS, b'[["", true, false, null, []]]')
        child.send(child.ROWS, b"1 1 1 10\na")
        says = says.removeprefix("rows ")
    match says:
        case "hangs":
            time.sleep(60)
        case "burns":
            resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
            while True:
                pass
        case "eats":
            eaten = [bytearray(child.MEGABYTE) for _ in range(10_000)]
            sys.exit(len(eaten))
        case "aborts":
            print("memory allocation of 9 bytes failed", file=sys.stderr)  # noqa: T201
            sys.stderr.flush()
            os.abort()
        case "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "goes back":
            child.send(child.ROWS, b"1 1 1 10\na")
            time.sleep(60)
        case "ends":
            sys.exit()


if __name__ == "__main__":
    main()
