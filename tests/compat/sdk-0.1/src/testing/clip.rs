//! A clip for a test: pictures, sound, or a file read with the `ffmpeg` program.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sampling::Sampler;
use crate::{AudioRequest, Error, FrameRequest, PixelFormat, Result, Video};

/// A picture: rows from the top, no padding; three bytes a pixel (or one, where luma was asked for).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub data: Vec<u8>,
}

impl Picture {
    /// One colour everywhere.
    pub fn filled(width: u32, height: u32, rgb: [u8; 3]) -> Self {
        Picture::from_fn(width, height, |_, _| rgb)
    }

    /// The colour of each pixel by its column and row.
    pub fn from_fn(width: u32, height: u32, mut rgb: impl FnMut(u32, u32) -> [u8; 3]) -> Self {
        let mut data = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                data.extend(rgb(x, y));
            }
        }
        Picture { width, height, data }
    }

    /// Mean over the area that each new pixel covers, to the nearest source pixel.
    fn scaled(&self, width: u32, height: u32) -> Picture {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let span = |i: u32, new: u32, old: u32| {
            let from = (u64::from(i) * u64::from(old) / u64::from(new)) as u32;
            let to = (u64::from(i + 1) * u64::from(old) / u64::from(new)) as u32;
            from..to.max(from + 1)
        };
        Picture::from_fn(width, height, |x, y| {
            let (mut sum, mut count) = ([0u32; 3], 0u32);
            for source_y in span(y, height, self.height) {
                for source_x in span(x, width, self.width) {
                    let at = (source_y as usize * self.width as usize + source_x as usize) * 3;
                    for (channel, sum) in sum.iter_mut().enumerate() {
                        *sum += u32::from(self.data[at + channel]);
                    }
                    count += 1;
                }
            }
            sum.map(|sum| ((sum + count / 2) / count) as u8)
        })
    }

    /// ITU-R BT.601 luma, full range.
    fn luma(&self) -> Picture {
        let luma = |rgb: &[u8]| {
            let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(u32::from);
            ((299 * r + 587 * g + 114 * b + 500) / 1000) as u8
        };
        Picture { data: self.data.chunks_exact(3).map(luma).collect(), ..*self }
    }
}

/// What an analyzer under test is shown.
#[derive(Debug)]
pub struct Clip {
    video: Video,
    source: Source,
    samples: Vec<f32>,
}

#[derive(Debug)]
enum Source {
    Pictures(Vec<Picture>),
    File { path: PathBuf, timestamps: Vec<f64> },
}

impl Clip {
    /// Pictures of one size at a constant rate.
    pub fn from_pictures(fps: f64, pictures: impl IntoIterator<Item = Picture>) -> Self {
        let pictures: Vec<Picture> = pictures.into_iter().collect();
        let (width, height) = pictures.first().map_or((0, 0), |first| (first.width, first.height));
        let video = Video {
            width,
            height,
            fps,
            duration_s: Some(pictures.len() as f64 / fps),
            has_video: !pictures.is_empty(),
            has_audio: false,
            sample_rate: 0,
            channels: 0,
        };
        Clip { video, source: Source::Pictures(pictures), samples: Vec::new() }
    }

    /// Sound without a picture; interleaved samples.
    pub fn from_samples(sample_rate: u32, channels: u16, samples: Vec<f32>) -> Self {
        Clip::from_pictures(25.0, []).with_samples(sample_rate, channels, samples)
    }

    /// Adds sound; interleaved samples.
    #[must_use]
    pub fn with_samples(mut self, sample_rate: u32, channels: u16, samples: Vec<f32>) -> Self {
        let duration = samples.len() as f64 / f64::from(channels.max(1)) / f64::from(sample_rate.max(1));
        self.video.duration_s = Some(self.video.duration_s.unwrap_or(0.0).max(duration));
        self.video = Video { has_audio: true, sample_rate, channels, ..self.video };
        self.samples = samples;
        self
    }

    /// A file, read with `ffprobe` and `ffmpeg`.
    ///
    /// # Errors
    /// Where one of the programs is missing or cannot read the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let picture = probe(&path, "v:0", "stream=width,height,avg_frame_rate")?;
        let sound = probe(&path, "a:0", "stream=sample_rate,channels")?;
        let times = probe(&path, "v:0", "frame=best_effort_timestamp_time")?;
        let mut timestamps: Vec<f64> = times.iter().filter_map(|line| line.first()?.parse().ok()).collect();
        let first = timestamps.first().copied().unwrap_or(0.0);
        timestamps.iter_mut().for_each(|time| *time -= first);

        let field = |table: &[Vec<String>], at: usize| table.first().and_then(|line| line.get(at)).cloned();
        let number = |text: Option<String>| text.and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        let (width, height) = (number(field(&picture, 0)), number(field(&picture, 1)));
        let (sample_rate, channels) = (number(field(&sound, 0)), number(field(&sound, 1)) as u16);
        let fps = field(&picture, 2).as_deref().and_then(ratio).unwrap_or(0.0);
        let samples = if channels > 0 { decode_sound(&path, sample_rate, channels)? } else { Vec::new() };
        let sound_s = samples.len() as f64 / f64::from(channels.max(1)) / f64::from(sample_rate.max(1));
        let picture_s = timestamps.last().map_or(0.0, |last| last + if fps > 0.0 { 1.0 / fps } else { 0.0 });
        let video = Video {
            width,
            height,
            fps,
            duration_s: Some(sound_s.max(picture_s)),
            has_video: width > 0,
            has_audio: channels > 0,
            sample_rate,
            channels,
        };
        Ok(Clip { video, source: Source::File { path, timestamps }, samples })
    }

    /// What a session is told of this clip.
    pub fn video(&self) -> &Video {
        &self.video
    }

    /// Calls `each` with number, seconds and pixels of every frame that the request wants.
    pub(super) fn frames(
        &self,
        request: FrameRequest,
        mut each: impl FnMut(u64, f64, Picture) -> Result<()>,
    ) -> Result<()> {
        let (width, height) = request.size.of(self.video.width, self.video.height);
        let mut wanted = Sampler::new(request.sampling);
        match &self.source {
            Source::Pictures(pictures) => {
                for (index, picture) in pictures.iter().enumerate() {
                    let timestamp_s = index as f64 / self.video.fps;
                    if wanted.takes(index as u64, timestamp_s) {
                        let scaled = picture.scaled(width, height);
                        let gray = request.format == PixelFormat::Gray8;
                        each(index as u64, timestamp_s, if gray { scaled.luma() } else { scaled })?;
                    }
                }
                Ok(())
            }
            Source::File { path, timestamps } => {
                let format = if request.format == PixelFormat::Gray8 { "gray" } else { "rgb24" };
                let scale = format!("scale={width}:{height}:flags=area:out_range=full,format={format}");
                let mut child = ffmpeg(path)
                    .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", &scale, "-f", "rawvideo", "-"])
                    .spawn()
                    .map_err(not_started)?;
                let mut pixels = child.stdout.take().expect("ffmpeg() pipes the output");
                let length = width as usize * height as usize * request.format.channels();
                for (index, &timestamp_s) in timestamps.iter().enumerate() {
                    let mut data = vec![0; length];
                    if pixels.read_exact(&mut data).is_err() {
                        break;
                    }
                    if wanted.takes(index as u64, timestamp_s) {
                        each(index as u64, timestamp_s, Picture { width, height, data })?;
                    }
                }
                drop(pixels);
                child.wait()?;
                Ok(())
            }
        }
    }

    /// Rate, channels and interleaved samples as the request wants them.
    pub(super) fn audio(&self, request: AudioRequest) -> Result<Option<(u32, u16, Vec<f32>)>> {
        let Video { sample_rate, channels, has_audio, .. } = self.video;
        Ok(match (request, &self.source) {
            _ if !has_audio => None,
            (AudioRequest::Mono16k, Source::File { path, .. }) => {
                Some((16_000, 1, decode_sound(path, 16_000, 1)?))
            }
            (AudioRequest::Mono16k, _) if (sample_rate, channels) != (16_000, 1) => {
                return Err(Error::new(
                    "a test clip of samples must have 16 kHz, one channel, to be heard so",
                ));
            }
            _ => Some((sample_rate, channels, self.samples.clone())),
        })
    }
}

fn probe(path: &Path, stream: &str, entries: &str) -> Result<Vec<Vec<String>>> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0"])
        .arg(path)
        .output()
        .map_err(not_started)?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::new(format!("ffprobe cannot read {}: {reason}", path.display())));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let fields = |line: &str| line.split(',').map(str::to_owned).collect();
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(fields).collect())
}

fn decode_sound(path: &Path, sample_rate: u32, channels: u16) -> Result<Vec<f32>> {
    let (rate, channels) = (sample_rate.to_string(), channels.to_string());
    let output = ffmpeg(path)
        .args(["-map", "0:a:0", "-f", "f32le", "-ar", &rate, "-ac", &channels, "-"])
        .output()
        .map_err(not_started)?;
    let sample = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    Ok(output.stdout.chunks_exact(4).map(sample).collect())
}

fn ffmpeg(path: &Path) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(path);
    command.stdout(Stdio::piped());
    command
}

fn not_started(error: std::io::Error) -> Error {
    Error::new(format!("cannot start ffmpeg or ffprobe, which testing::Clip reads files with: {error}"))
}

fn ratio(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (below > 0.0).then(|| above / below)
}
