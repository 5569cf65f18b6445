"""Where pip would fetch wheels from, by its own configuration: mirrors, find-links, proxies, certificates.

    locate.py NAME VERSION FILE [NAME VERSION FILE ...]

Prints one line of JSON a wheel: its name, and its url, or null and why. `pip install --dry-run --report` would tell the same, but
downloads every wheel to do so. What is used of pip is not promised to stay: exit code 3 says that it did not."""
import json
import sys

try:
    from pip._internal.commands import create_command
    from pip._internal.models.target_python import TargetPython
except ImportError as error:
    if "pip" in str(error) and "_internal" not in str(error):
        raise
    print(error, file=sys.stderr)
    sys.exit(3)


def target(file):
    """What the wheel was built for, whatever this Python is."""
    python, abi, platforms = file.removesuffix(".whl").split("-")[-3:]
    if not python.startswith("cp") or not python[2:].isdigit():
        return TargetPython()
    version = (int(python[2]), int(python[3:]))
    return TargetPython(platforms=platforms.split("."), py_version_info=version, abis=[abi], implementation="cp")


def reason(session, finder, name):
    """Why there is no address: pip itself tells it to its log alone."""
    for index in finder.index_urls:
        page = f"{index.rstrip('/')}/{name}/"
        try:
            session.get(page, timeout=20).raise_for_status()
        except Exception as error:
            # What is beneath the layers of the client: no name, no route, no certificate.
            beneath = getattr(error.args[0] if error.args else error, "reason", error)
            return f"{page}: {str(beneath).rsplit('>: ', 1)[-1]}"
    return "the index does not have this file"


def main(wanted):
    command = create_command("download")
    options, _ = command.parse_args(["--no-deps", "--only-binary", ":all:", "--retries", "1"])
    with command.main_context():
        session = command.get_default_session(options)
        for name, version, file in zip(*[iter(wanted)] * 3):
            finder = command._build_package_finder(options, session, target(file), ignore_requires_python=True)
            links = (candidate.link for candidate in finder.find_all_candidates(name))
            url = next((link.url_without_fragment for link in links if link.filename == file), None)
            why = None if url else reason(session, finder, name)
            print(json.dumps({"name": name, "url": url, "why": why}), flush=True)


try:
    main(sys.argv[1:])
except (AttributeError, TypeError) as error:
    print(error, file=sys.stderr)
    sys.exit(3)
