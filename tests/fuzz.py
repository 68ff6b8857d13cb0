"""Runs schemathesis against the real server, as the seller and as a buyer, and reports what it found.

Usage: fuzz.py BINARY DIRECTORY. Bounded in time by BULKHEAD_FUZZ_SECONDS (default 240, both principals together).
The last line is `fuzz: N passed, N failed`: operations without and with failures of the checks named below.
"""

import base64
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# They end the token the run itself uses.
ENDING = ["revoke_client", "disable_user", "rotate_client"]
BUYER = "products:read prices:read stock:read carts:read carts:write quotes:read quotes:write orders:read orders:write shipments:read invoices:read events:read accounts:read users:write"


def call(base, method, path, token=None, body=None, form=None, basic=None):
    headers, data = {}, None
    if token:
        headers["authorization"] = f"Bearer {token}"
    if basic:
        headers["authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    if body is not None:
        headers["content-type"], data = "application/json", json.dumps(body).encode()
    if form is not None:
        headers["content-type"], data = "application/x-www-form-urlencoded", urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def token_of(base, client, secret):
    return call(base, "POST", "/v1/oauth/token", form={"grant_type": "client_credentials"}, basic=(client, secret))["access_token"]


def seed(base, admin):
    """A shop small enough for random values to hit: what exists is called `0` and `1`."""
    def put(method, path, body):
        try:
            call(base, method, path, admin, body)
        except urllib.error.HTTPError as error:
            print(f"fuzz: the seed {method} {path} was answered {error.code}: {error.read().decode()[:200]}")
    for account in ("0", "1"):
        put("PUT", f"/v1/accounts/{account}", {"name": account, "currency": "EUR"})
        put("PUT", f"/v1/accounts/{account}/sites/0", {"name": "0", "line1": "0", "city": "0", "country": "DE"})
    for sku in ("0", "1"):
        put("PUT", f"/v1/products/{sku}", {"title": sku, "stock_unit": "EA", "backorder": True})
    put("PUT", "/v1/warehouses/0", {"name": "0", "country": "DE"})
    put("PUT", "/v1/price-lists/0", {"name": "0"})
    put("POST", "/v1/price-lists/0/entries", {"entries": [{"sku": sku, "currency": "EUR", "unit_price": "1"} for sku in ("0", "1")]})


def findings(report):
    """Each kind of failure once: what it is, how many operations have it, and a request that shows it."""
    kinds = {}
    operation = ""
    for part in re.split(r"^(?=_+ (?:GET|PUT|POST|PATCH|DELETE) \S+ _+$|\d+\. Test Case ID)", report, flags=re.M):
        header = re.match(r"_+ (\S+ \S+) _+\n", part)
        operation = header.group(1) if header else operation
        curl = re.search(r"^ +(curl .*)$", part, re.M)
        for name, detail in re.findall(r"^- (ST\d+ [^\n]*)\n+ +([^\n]+)", part, re.M):
            kind = kinds.setdefault((name, detail.strip()), {"operations": set(), "curl": curl.group(1) if curl else ""})
            kind["operations"].add(operation)
    lines = []
    for (name, detail), kind in sorted(kinds.items()):
        first = sorted(kind["operations"])[:3]
        lines.append(f"  {name}: {detail}\n    {len(kind['operations'])} operations, such as {', '.join(first)}\n    {kind['curl'][:600]}")
    return "\n".join(lines) or report[-5000:]


def schemathesis(base, name, token, seconds, directory):
    words = [
        os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", f"{base}/openapi.json",
        "-H", f"Authorization: Bearer {token}", "--checks", CHECKS, "--max-time", str(seconds), "--no-shrink",
        "--warnings", "off", "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--seed", "1",
        "--request-timeout", "30", "--report", "ndjson", "--report-ndjson-path", os.path.join(directory, f"{name}.ndjson"),
    ]
    for operation in ENDING:
        words += ["--exclude-operation-id", operation]
    ran = subprocess.run(words, capture_output=True, text=True, cwd=directory, stdin=subprocess.DEVNULL)
    tested = re.search(r"Tested: (\d+)", ran.stdout)
    tested = int(tested.group(1)) if tested else 0
    broken = len(set(re.findall(r"^_+ ((?:GET|PUT|POST|PATCH|DELETE) \S+) _+$", ran.stdout, re.M)))
    if ran.returncode != 0:
        broken = max(broken, 1)
        print(findings(ran.stdout), ran.stderr[-2000:])
    cases = re.search(r"(\d+) generated", ran.stdout)
    print(f"fuzz: {name}: {tested} operations, {cases.group(1) if cases else '?'} requests, {broken} with failures")
    return tested - min(broken, tested), broken


def main():
    binary, directory = sys.argv[1], sys.argv[2]
    data = os.path.join(directory, "fuzz-data")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BULKHEAD_") and k not in ("DATABASE_URL", "REDIS_URL")}
    def run(*words):
        return subprocess.run([binary, "--data-dir", data, *words], env=clean, capture_output=True, text=True, check=True).stdout
    document = json.loads(run("openapi"))
    scopes = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]
    secret = run("client", "create", "--id", "admin", "--scopes", ",".join(scopes)).split()[-1]
    log = open(os.path.join(directory, "fuzz-server.log"), "w")
    serve = [binary, "serve", "--data-dir", data, "--listen", "127.0.0.1:0", "--rate-limit", "0", "--log", "error"]
    server = subprocess.Popen(serve, env=clean, stdout=subprocess.PIPE, stderr=log, text=True, stdin=subprocess.DEVNULL)
    try:
        base = next(line.split("serves on ")[1].strip() for line in server.stdout if "serves on " in line)
        seed(base, token_of(base, "admin", secret))
        seconds = int(os.environ.get("BULKHEAD_FUZZ_SECONDS", "240")) // 2
        made = call(base, "POST", "/v1/clients", token_of(base, "admin", secret),
                    {"client_id": "buyer", "name": "buyer", "account": "0", "scopes": BUYER.split()})
        seller = schemathesis(base, "seller", token_of(base, "admin", secret), seconds, directory)
        buyer = schemathesis(base, "buyer", token_of(base, "buyer", made["client_secret"]), seconds, directory)
    finally:
        server.terminate()
        server.wait(60)
    log.close()
    errors = open(os.path.join(directory, "fuzz-server.log")).read()
    if errors:
        print("fuzz: the server logged errors:\n" + errors[-5000:])
    print(f"fuzz: {seller[0] + buyer[0]} passed, {seller[1] + buyer[1] + bool(errors)} failed")


if __name__ == "__main__":
    main()
