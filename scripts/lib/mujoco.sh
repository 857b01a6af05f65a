# MuJoCo's library, headers and model files, as data out of PyPI's wheels; no Python at run time.
# Sourced after setup.sh. They lie in .mujoco at the package's root, whole or not at all; stamp tells which they are.

mujoco_wheels='mujoco==3.17.0
    --hash=sha256:d66928d86a2d1b601bbaa4dc11db50214d17d5301bb8afd84721313b67ff0874
    --hash=sha256:91a70ed9979c383ff1f5c03f25cc2e1280a8254c1a8e558d5dd7f4184f01efc9
gymnasium==1.4.0
    --hash=sha256:1cb947c59e7c72d8eabb2c2274c00cd20948e69f8452a9ef4092223be24fdf0e
dm_control==1.0.50
    --hash=sha256:5434e1e51ff69016867426da7df6064b18d140e4d0a628f879bbcf0e7d0a586d'
mujoco_folder=$root/.mujoco

mujoco_is_current() {
    [ -f "$mujoco_folder/stamp" ] && [ "$(cat -- "$mujoco_folder/stamp")" = "$mujoco_wheels" ]
}

# fetch_mujoco [again]: fetches what is missing; does nothing where all is there. Without a network or pip it says so and
# goes on: everything but the physics tasks works. It tries again only when asked to, or when something is built.
fetch_mujoco() {
    mujoco_is_current && return 0
    if [ "${1:-}" != again ] && [ -f "$mujoco_folder/failed" ]; then return 1; fi
    local work status=0
    work=$(mktemp -d "$mujoco_folder.XXXXXX")  # beside its place, so that one rename puts it there
    say "fetching MuJoCo and its model files"
    (fetch_mujoco_into "$work") >"$work/log" 2>&1 || status=$?
    if [ "$status" = 0 ]; then
        rm -rf -- "$mujoco_folder"
        mv -- "$work/mujoco" "$mujoco_folder"
        # The compiler looks for the headers again only where a source changed.
        touch -- "$root"/Sources/CMuJoCo/*.c
    else
        mkdir -p -- "$mujoco_folder"
        cp -- "$work/log" "$mujoco_folder/failed"
        say "$(grep -v '^ *$' "$work/log" | tail -n 3)"
        say "without MuJoCo's files gym(\"Reacher-v4\") and its like are missing, all else works; try again:  scripts/mpo --fetch"
    fi
    rm -rf -- "$work"
    return "$status"
}

fetch_mujoco_into() {
    local work=$1
    python3 -m pip --version >/dev/null 2>&1 || need_packages python3-pip
    printf '%s\n' "$mujoco_wheels" | sed -e ':a;N;$!ba;s/\n    / /g' >"$work/requirements.txt"
    python3 -m pip download --disable-pip-version-check --no-input --timeout 20 --retries 2 --no-deps --require-hashes \
        --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
        --platform "manylinux_2_28_$(uname -m)" --platform any -d "$work/wheels" -r "$work/requirements.txt" || return 1
    python3 - "$work/wheels" "$work/mujoco" <<'PYTHON' || return 1
import pathlib, re, sys, zipfile

wheels, target = map(pathlib.Path, sys.argv[1:])
wanted = [
    (r"mujoco/include/(mujoco/[a-z]+\.h)", r"include/\1"),
    (r"mujoco/(libmujoco\.so\.[0-9.]+)", r"lib/libmujoco.so"),
    (r"gymnasium/envs/mujoco/assets/([a-z0-9_]+\.xml)", r"gymnasium/\1"),
    (r"dm_control/suite/((?:common/)?[a-zA-Z_]+\.xml)", r"suite/\1"),
    (r"([a-z_]+)-[0-9.]+\.dist-info/(?:licenses/)?(LICENSE\w*(?:\.\w+)?)", r"licences/\1-\2"),
]
for wheel in sorted(wheels.glob("*.whl")):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            for pattern, place in wanted:
                match = re.fullmatch(pattern, name)
                if match:
                    file = target / match.expand(place)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(archive.read(name))
for needed in ["include/mujoco/mujoco.h", "lib/libmujoco.so", "gymnasium/reacher.xml", "suite/cheetah.xml", "suite/common/visual.xml"]:
    if not (target / needed).is_file():
        sys.exit(f"the wheels hold no {needed}")
PYTHON
    printf '%s\n' "$mujoco_wheels" >"$work/mujoco/stamp"
}
