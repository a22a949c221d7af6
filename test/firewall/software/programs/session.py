# Python's requests, one session: URL, COUNT.
import sys
import requests

url, count = sys.argv[1], int(sys.argv[2])
with requests.Session() as session:
    for i in range(count):
        answer = session.get(url, timeout=30)
        assert (answer.status_code, answer.text) == (200, "hello\n"), i
print("all answered")
