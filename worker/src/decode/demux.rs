//! Opens a file, and says what it is and what it promises.

use ffmpeg::media::Type;
use ffmpeg_next as ffmpeg;
use va_protocol::worker::frames::VideoInfo;

use super::defects::{OUT_OF_MEMORY, Promised, is_of_memory};
use super::rotate;

/// Containers that are read. What is not named here is not even looked at: playlists and scripts (HLS, DASH, concat)
/// would make FFmpeg open other files, and its text formats take nearly anything for a video.
const CONTAINERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,obu,flv,\
                          live_flv,swf,gif,apng,webp_pipe,ogg,asf,wmv,rm,mxf,mxf_opatom,nut,wtv,dv,yuv4mpegpipe,wav,w64,mp3,aac,flac,\
                          aiff,au,caf,amr,ac3,eac3,opus,ape,wv,tta,3dostr,ea,bink,smk,roq,vob,mjpeg,dirac,vc1,av1";

/// FFmpeg's own score of how sure it is of a container, 0..100. Noise reaches a few points as MP3.
const LEAST_PROBE_SCORE: i32 = 5;

pub(super) struct Demuxed {
    pub(super) input: ffmpeg::format::context::Input,
    pub(super) info: VideoInfo,
    /// Index of the picture's stream.
    pub(super) video: Option<usize>,
    /// Index of the sound's stream.
    pub(super) audio: Option<usize>,
    pub(super) promised: Promised,
}

/// # Errors
/// Why the file cannot be read, as the end of a sentence.
pub(super) fn open(path: &str) -> Result<Demuxed, String> {
    let mut options = ffmpeg::Dictionary::new();
    options.set("protocol_whitelist", "file");
    options.set("format_whitelist", CONTAINERS);
    let input = ffmpeg::format::input_with_dictionary(path, options).map_err(|error| match error {
        ffmpeg::Error::InvalidData => {
            "it is no video file that FFmpeg recognises, or is damaged beyond reading (an MP4 without its index)".to_owned()
        }
        ffmpeg::Error::Eof => "it is empty or ends within its header".to_owned(),
        error if is_of_memory(error) => OUT_OF_MEMORY.to_owned(),
        other => format!("FFmpeg cannot open it: {other}"),
    })?;
    let container = input.format().name().to_owned();
    if input.probe_score() < LEAST_PROBE_SCORE {
        return Err(format!("it is no video file; it resembles {container} only by chance"));
    }
    let stream_info = |kind| input.streams().best(kind).filter(usable);
    let (video, audio) = (stream_info(Type::Video), stream_info(Type::Audio));
    if video.is_none() && audio.is_none() {
        return Err(format!("it is a {container} file without a picture or sound that can be decoded"));
    }
    let container_s = seconds(input.duration(), ffmpeg::rescale::TIME_BASE);
    let mut info = VideoInfo {
        width: 0,
        height: 0,
        rotation: 0,
        fps: 0.0,
        duration_s: container_s,
        has_video: video.is_some(),
        has_audio: audio.is_some(),
        video_codec: None,
        audio_codec: None,
        sample_rate: 0,
        channels: 0,
        container,
    };
    let mut promised = Promised { container_s, picture_s: None, frames: None };
    if let Some(stream) = &video {
        let decoder = picture_decoder(stream).ok_or("its picture has no size")?;
        info.rotation = rotate::rotation_of(stream);
        let sideways = !info.rotation.is_multiple_of(180);
        (info.width, info.height) = (decoder.width(), decoder.height());
        if sideways {
            std::mem::swap(&mut info.width, &mut info.height);
        }
        let rate = [stream.avg_frame_rate(), stream.rate()].into_iter().map(f64::from);
        info.fps = rate.into_iter().find(|rate| rate.is_finite() && *rate > 0.0).unwrap_or(0.0);
        info.video_codec = Some(stream.parameters().id().name().to_owned());
        promised.frames = u64::try_from(stream.frames()).ok().filter(|frames| *frames > 0);
        let stream_s = seconds(stream.duration(), stream.time_base());
        promised.picture_s = stream_s;
        info.duration_s = stream_s.or(container_s);
    }
    if let Some(stream) = &audio {
        if let Some(decoder) = sound_decoder(stream) {
            info.sample_rate = decoder.rate();
            info.channels = decoder.channels();
        }
        info.audio_codec = Some(stream.parameters().id().name().to_owned());
    }
    let (video, audio) = (video.map(|stream| stream.index()), audio.map(|stream| stream.index()));
    Ok(Demuxed { input, info, video, audio, promised })
}

/// A stream of unknown size or rate is what remains of a damaged header; cover pictures of music are no video.
fn usable(stream: &ffmpeg::Stream<'_>) -> bool {
    let cover = stream.disposition().contains(ffmpeg::format::stream::Disposition::ATTACHED_PIC);
    match stream.parameters().medium() {
        Type::Video => {
            !cover
                && picture_decoder(stream).is_some_and(|decoder| decoder.width() > 0 && decoder.height() > 0)
        }
        Type::Audio => {
            sound_decoder(stream).is_some_and(|decoder| decoder.rate() > 0 && decoder.channels() > 0)
        }
        _ => false,
    }
}

fn picture_decoder(stream: &ffmpeg::Stream<'_>) -> Option<ffmpeg::decoder::Video> {
    ffmpeg::codec::Context::from_parameters(stream.parameters()).ok()?.decoder().video().ok()
}

fn sound_decoder(stream: &ffmpeg::Stream<'_>) -> Option<ffmpeg::decoder::Audio> {
    ffmpeg::codec::Context::from_parameters(stream.parameters()).ok()?.decoder().audio().ok()
}

fn seconds(duration: i64, base: ffmpeg::Rational) -> Option<f64> {
    (duration > 0).then(|| duration as f64 * f64::from(base))
}
