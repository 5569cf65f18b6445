"""The clips that are measured: real pictures, footage, music and speech out of packages, put together by ffmpeg.

Each is made once for its command line and kept in the cache folder.
"""
import hashlib
import json
import os
import pathlib
import subprocess

# (picture or footage, seconds, what the camera does, whether the next scene dissolves in)
PORTRAIT_SCENES = [
    ("RainDrops.jpg", 6.0, "zoom_in", False),
    ("wolfgang_langer.mp4", 9.0, "footage", False),
    ("Garden.jpg", 6.0, "pan_right", True),
    ("TwoWings.jpg", 6.0, "zoom_out", False),
    ("bigbuckbunny.mp4", 5.0, "footage", False),
    ("vtest.avi", 8.0, "footage", True),
    ("FreshFlower.jpg", 6.0, "tilt_up", False),
    ("small.mp4", 5.5, "footage", False),
]
LANDSCAPE_SCENES = [
    ("Garden.jpg", 3.5, "zoom_in", False),
    ("TwoWings.jpg", 3.5, "pan_right", False),
    ("RainDrops.jpg", 3.0, "tilt_up", False),
]
PEOPLE_SCENES = [
    ("wolfgang_langer.mp4", 9.0, "footage", False),
    ("sample6.jpg", 5.0, "zoom_in", False),
    ("obama_speech.mp4", 8.0, "footage", True),
    ("vtest.avi", 7.0, "footage", False),
    ("astronaut.png", 5.0, "zoom_out", False),
    ("small.mp4", 5.0, "footage", True),
    ("Garden.jpg", 5.0, "pan_right", False),
    ("zidane.jpg", 4.5, "pan_right", False),
    ("bigbuckbunny.mp4", 5.0, "footage", False),
]
# (from, to in seconds, text, style)
CAPTIONS = [
    (0.5, 2.8, "Some days are hard", "subtitle"),
    (3.0, 5.5, "and then you remember", "subtitle"),
    (5.7, 8.6, "why you began", "subtitle"),
    (9.5, 13.5, "Four friends", "title"),
    (14.5, 17.0, "He said it on live TV", "subtitle"),
    (17.2, 20.8, "after two years of talks", "subtitle"),
    (22.5, 27.0, "Walk 10000 steps a day", "title"),
    (29.0, 31.0, "This is not a costume", "subtitle"),
    (31.2, 33.0, "She flew to space", "subtitle"),
    (34.0, 37.0, "Only 24.95 today", "title"),
    (43.5, 46.0, "Wait for it", "subtitle"),
    (46.5, 49.5, "Follow @jane_doe", "title"),
]
DISSOLVE_S = 0.75
FPS = 30
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"


def cache_dir():
    if os.environ.get("VA_CACHE_DIR"):
        return pathlib.Path(os.environ["VA_CACHE_DIR"])
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "va"


def portrait():
    """50 s, 1080x1920, 30 fps, H.264 of about 6 Mb/s, AAC; cuts, dissolves, pans, zooms, music and speech."""
    return encoded("portrait_1080x1920_50s.mp4", PORTRAIT_SCENES, (1080, 1920), 50.0, "medium", "6M")


def people():
    """50 s as the portrait, with people in half of it and captions over two thirds of it, as in a short video."""
    return encoded("people_1080x1920_50s.mp4", PEOPLE_SCENES, (1080, 1920), 50.0, "medium", "6M", CAPTIONS)


def changes(scenes):
    """Seconds of the cuts, and of the middles of the dissolves."""
    cuts, dissolves, end_s = [], [], 0.0
    for _, seconds, _, next_dissolves in scenes[:-1]:
        end_s += seconds
        if next_dissolves:
            dissolves.append(end_s - DISSOLVE_S / 2)
            end_s -= DISSOLVE_S
        else:
            cuts.append(end_s)
    return cuts, dissolves


def ultra_hd():
    """10 s, 3840x2160, 30 fps, H.264 of about 25 Mb/s, AAC."""
    return encoded("landscape_3840x2160_10s.mp4", LANDSCAPE_SCENES, (3840, 2160), 10.0, "veryfast", "25M")


def ten_minutes():
    """The portrait clip twelve times over, without encoding it again."""
    return made("portrait_1080x1920_600s.mp4", ["-stream_loop", "11", "-i", str(portrait()), "-map", "0", "-c", "copy"])


def two_seconds():
    """The beginning of the portrait clip."""
    return made("portrait_1080x1920_2s.mp4", ["-i", str(portrait()), "-t", "2", "-map", "0", "-c", "copy"])


def encoded(name, scenes, size, seconds, preset, bit_rate, captions=()):
    inputs, video = pictures(scenes, size)
    video += "".join(f";[video{i}]{written(*caption)}[video{i + 1}]" for i, caption in enumerate(captions))
    shown = f"[video{len(captions)}]"
    music, speech = media("cantina.wav"), media("austen_0870.wav")
    first_sound = len(scenes)
    sound = (f"[{first_sound}:a]aresample=44100,volume=0.4[music];"
             f"[{first_sound + 1}:a]aresample=44100,adelay=1500[speech];"
             f"[music][speech]amix=inputs=2:duration=longest,aformat=channel_layouts=stereo[sound]")
    return made(name, [
        *inputs, "-stream_loop", "-1", "-i", music, "-stream_loop", "-1", "-i", speech,
        "-filter_complex", f"{video};{sound}", "-map", shown, "-map", "[sound]", "-t", f"{seconds}",
        "-c:v", "libx264", "-preset", preset, "-b:v", bit_rate, "-g", "60", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"])


def pictures(scenes, size):
    """ffmpeg's inputs for the scenes, and the filters that join them to [video0]."""
    inputs, filters, blocks = [], [], []
    block = seconds_of_block = None
    for at, (name, seconds, camera, dissolves) in enumerate(scenes):
        inputs += input_options(camera, seconds) + ["-i", media(name)]
        filters.append(f"[{at}:v]{moved(camera, seconds, size)},setsar=1,noise=alls=3:allf=t:all_seed={at + 1},"
                       f"format=yuv420p,settb=1/{FPS}[scene{at}]")
        if block is None:
            block, seconds_of_block = f"[scene{at}]", seconds
        else:
            start = seconds_of_block - DISSOLVE_S
            filters.append(f"{block}[scene{at}]xfade=transition=fade:duration={DISSOLVE_S}:offset={start}[mix{at}]")
            block, seconds_of_block = f"[mix{at}]", start + seconds
        if not dissolves:
            blocks.append(block)
            block = None
    filters.append(f"{''.join(blocks)}concat=n={len(blocks)}:v=1:a=0[video0]")
    return inputs, ";".join(filters)


def input_options(camera, seconds):
    if camera.startswith("zoom"):
        return []  # zoompan makes all frames of the one picture
    still = ["-loop", "1", "-framerate", f"{FPS}"] if camera != "footage" else []
    return still + ["-t", f"{seconds}"]


def moved(camera, seconds, size):
    """The filter that makes `seconds` of video of a still picture, or fits footage in."""
    width, height = size
    frames = round(seconds * FPS)
    # Zooming starts from a larger picture, or it shakes by whole pixels.
    large = f"scale={2 * width}:{2 * height}:force_original_aspect_ratio=increase,crop={2 * width}:{2 * height}"
    wider = f"scale={round(1.25 * width / 2) * 2}:{round(1.25 * height / 2) * 2}:force_original_aspect_ratio=increase"
    centred = f"x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d={frames}:s={width}x{height}:fps={FPS}"
    return {
        "footage": f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height},fps={FPS}",
        "zoom_in": f"{large},zoompan=z='1+0.25*on/{frames}':{centred}",
        "zoom_out": f"{large},zoompan=z='1.25-0.25*on/{frames}':{centred}",
        "pan_right": f"{wider},crop={width}:{height}:x='(iw-ow)/2+{0.2 * width}*(t/{seconds}-0.5)':y=0",
        "tilt_up": f"{wider},crop={width}:{height}:x='(iw-ow)/2':y='{0.2 * height}*(1-t/{seconds})'",
    }[camera]


def written(start, end, text, style):
    """The filter that shows a text: white with an outline in the lower third, or black on a white panel at the top."""
    look = {"subtitle": "fontsize=68:fontcolor=white:borderw=5:bordercolor=black:y=h*0.72",
            "title": "fontsize=76:fontcolor=black:box=1:boxcolor=white:boxborderw=18:y=h*0.14"}[style]
    return f"drawtext=fontfile={FONT}:text='{text}':x=(w-text_w)/2:{look}:enable='between(t,{start},{end})'"


def media(name):
    path = cache_dir() / "media" / name
    if not path.exists():
        raise SystemExit(f"bench: {path} is missing: run `make media`, which fetches it by package name")
    return str(path)


def made(name, arguments):
    """A file that `ffmpeg ARGUMENTS NAME` writes; made once for each command line."""
    key = hashlib.sha256(json.dumps([name, *arguments]).encode()).hexdigest()[:16]
    path = cache_dir() / "made" / key / name
    if not path.exists():
        print(f"bench: making {name}, once", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{os.getpid()}-{name}")
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, str(unfinished)], check=True)
        unfinished.rename(path)
    return path


def recordings(names, seconds, rate, channels, kind):
    """The sound of some media one after another: `kind` is wav, of 16 bits, or f32, raw floats."""
    inputs = [word for name in names for word in ("-i", media(name))]
    layout = "stereo" if channels == 2 else "mono"
    each = "".join(f"[{n}:a:0]aresample={rate},aformat=sample_fmts=flt:channel_layouts={layout}[s{n}];" for n in range(len(names)))
    joined = "".join(f"[s{n}]" for n in range(len(names)))
    form = ["-c:a", "pcm_s16le"] if kind == "wav" else ["-f", "f32le"]
    return made(f"sound-{seconds}s-{rate}-{channels}.{kind}",
                [*inputs, "-filter_complex", f"{each}{joined}concat=n={len(names)}:v=0:a=1[all]", "-map", "[all]", "-t",
                 str(seconds), *form, "-fflags", "+bitexact"])
