# Sourced before the blocks of a page; see kitchen.py.
set -euo pipefail
at() { echo "line $1" >&2; }
# All sources at once: the publisher of the tests has one file, so the others fail, with exit 11.
fetch() {
    command instroom "$@" --base-url "$MIRROR" || {
        status=$?
        case "$*" in
            fetch | "fetch --base-url "*) [ $status -eq 11 ] ;;
            *) return $status ;;
        esac
    }
}
instroom() {
    case "$1" in
        fetch) fetch "$@" ;;
        serve) python "$TESTS/served.py" "$@" --port "$PORT" ;;
        demo) python "$TESTS/served.py" "$@" --port "$PORT" ;;
        example) case "$*" in
                *--run*) python "$TESTS/served.py" "$@" --port "$PORT" ;;
                *) command instroom "$@" ;;
            esac ;;
        *) command instroom "$@" ;;
    esac
}
make() {
    case "$1" in
        demo) instroom demo ;;
        *) command make --no-print-directory -n -C "$ROOT" "$@" > /dev/null ;;
    esac
}
python() {
    case "$1" in
        scripts/*) command python "$1" --runs 2 "${@:2}" ;;
        *) command python "$@" ;;
    esac
}
