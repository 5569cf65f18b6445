//! The role `decode`: reads one video, once, for all analyzers of a job, and exits.
//!
//! What each analyzer asked for becomes a set of views (`plan`); every frame is decoded (`video`), painted once for
//! each view that wants it (`picture`) into a slot of shared memory, and announced to the workers (`output`). Sound
//! goes the same way (`sound`). What FFmpeg does not say of a broken file, `defects` does.

pub(crate) mod clip;
mod defects;
mod demux;
mod output;
mod picture;
mod plan;
mod rotate;
mod sound;
mod video;
mod views;
mod watch;

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ffmpeg_next as ffmpeg;
use sha2::{Digest, Sha256};
use va_protocol::worker::control::{Decode, DecodeReport, FromDecode};

use self::defects::Evidence;
use self::demux::Demuxed;
use self::output::Output;
use self::plan::Plan;
use self::sound::Sound;
use self::video::Pictures;
use crate::{link, process, sandbox};

/// How often the daemon hears how far the decoder is.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

pub(crate) fn run((daemon, mut from_daemon): (link::Sender, link::Receiver)) -> Result<()> {
    // The libraries are loaded and the process is warm: it now waits for its video, perhaps for long.
    ffmpeg::init().context("FFmpeg does not start")?;
    ffmpeg::log::set_level(ffmpeg::log::Level::Quiet);
    let Some((order, _, descriptors)) = from_daemon.receive::<Decode>()? else { return Ok(()) };
    let mut descriptors = descriptors.into_iter();
    let file = descriptors.next().context("the daemon sent no video")?;
    let links: Vec<UnixStream> = descriptors.map(UnixStream::from).collect();
    process::limit_memory(order.own_memory_mib)?;
    if order.sandbox {
        sandbox::around_decoding(file.as_fd())?;
    }
    let hash = std::thread::spawn({
        let file = file.try_clone()?;
        move || sha256(file)
    });

    let demuxed = match demux::open(&format!("/proc/self/fd/{}", file.as_raw_fd())) {
        Ok(demuxed) => demuxed,
        Err(reason) => return Ok(daemon.send(&FromDecode::Unreadable { reason })?),
    };
    daemon.send(&FromDecode::Opened { video: demuxed.info.clone() })?;
    let plan = Plan::new(&demuxed.info, &order.consumers, order.memory);
    let output = Output::new(&demuxed.info, &plan, links)?;
    let stalled = watch::start(Duration::from_secs_f64(order.stall_limit_s));
    let (heard, mut report) = read(demuxed, &plan, output, order.threads, &stalled, &daemon)?;
    report.cpu_s = process::cpu_s();
    report.memory_peak_mb = process::memory_peak_mb();
    if heard == Heard::InPart {
        return Ok(daemon.send(&FromDecode::Unheard(report))?);
    }
    if report.frames == 0 && report.audio_s.is_none() {
        let nothing = "it has the form of a video, but no frame and no sound can be decoded";
        let out_of_memory = report.defect.filter(|defect| defect == defects::OUT_OF_MEMORY);
        let reason = out_of_memory.unwrap_or_else(|| nothing.to_owned());
        return Ok(daemon.send(&FromDecode::Unreadable { reason })?);
    }
    report.sha256 = hash.join().ok().flatten();
    report.cpu_s = process::cpu_s();
    Ok(daemon.send(&FromDecode::Finished(report))?)
}

/// Whether anybody listened to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Whole,
    /// No worker listens any more: the rest was not read.
    InPart,
}

/// Reads the file to its end, or until nobody listens any more.
fn read(
    demuxed: Demuxed,
    plan: &Plan,
    mut output: Output,
    threads: usize,
    stalled: &watch::Watch,
    daemon: &link::Sender,
) -> Result<(Heard, DecodeReport)> {
    let Demuxed { mut input, info, video, audio, promised } = demuxed;
    let mut pictures = match &video {
        Some(stream) => Some(Pictures::new(&input, stream, &info, plan, threads)?),
        None => None,
    };
    let mut sound = match &audio {
        Some(stream) if plan.wants_sound() || video.is_none() => Some(Sound::new(&input, stream, plan)?),
        _ => None,
    };
    let mut evidence = Evidence::default();
    let time_bases: Vec<f64> = input.streams().map(|stream| f64::from(stream.time_base())).collect();
    let mut told = Instant::now();
    output.working(stalled);
    loop {
        // A new one each time: reading into one that holds data loses that data for good.
        let mut packet = ffmpeg::Packet::empty();
        match packet.read(&mut input) {
            Ok(()) => {}
            Err(ffmpeg::Error::Eof) => break,
            Err(ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN }) => continue,
            Err(error) if defects::is_of_memory(error) => {
                evidence.out_of_memory = true;
                break;
            }
            Err(_) => {
                // A demuxer that cannot go on says so again and again.
                evidence.read_errors += 1;
                if evidence.read_errors > 100 {
                    break;
                }
                continue;
            }
        }
        stalled.alive();
        evidence.corrupt_packets += u64::from(packet.is_corrupt());
        if let (Some(time), Some(base)) = (packet.pts().or(packet.dts()), time_bases.get(packet.stream())) {
            let (start_s, end_s) = (time as f64 * base, (time + packet.duration()) as f64 * base);
            evidence.span.covers(start_s, end_s);
            if video == Some(packet.stream()) {
                evidence.holes.seen(start_s);
            } else if audio == Some(packet.stream()) {
                evidence.holes.heard(start_s, end_s);
            }
        }
        if let Some(pictures) = pictures.as_mut().filter(|pictures| pictures.stream() == packet.stream()) {
            pictures.decode(Some(&packet), &mut output)?;
        } else if let Some(sound) = sound.as_mut().filter(|sound| sound.stream() == packet.stream()) {
            sound.decode(Some(&packet), &mut output)?;
        }
        evidence.out_of_memory |= pictures.as_ref().is_some_and(Pictures::is_out_of_memory)
            || sound.as_ref().is_some_and(Sound::is_out_of_memory);
        if evidence.out_of_memory {
            break;
        }
        if let (Some(sound), Some(pictures)) = (sound.as_mut(), pictures.as_ref()) {
            sound.start_at(pictures.first_pts_s());
        }
        if output.nobody_listens() {
            let frames = pictures.as_ref().map_or(0, Pictures::frames);
            return Ok((Heard::InPart, DecodeReport { frames, ..DecodeReport::default() }));
        }
        if told.elapsed() > PROGRESS_EVERY {
            told = Instant::now();
            let done_s = pictures
                .as_ref()
                .map_or_else(|| sound.as_ref().map_or(0.0, Sound::duration_s), Pictures::duration_s);
            daemon.send(&FromDecode::Progress { done_s })?;
        }
    }
    let mut report = DecodeReport::default();
    if let Some(pictures) = &mut pictures {
        pictures.decode(None, &mut output)?;
        evidence.take(pictures.evidence());
        report.frames = pictures.frames();
        report.duration_s = Some(pictures.duration_s());
    }
    if let Some(sound) = &mut sound {
        sound.start_at(pictures.as_ref().and_then(Pictures::first_pts_s).or(Some(0.0)));
        sound.decode(None, &mut output)?;
        report.audio_s = Some(sound.duration_s()).filter(|seconds| *seconds > 0.0);
        if video.is_none() {
            evidence.take(sound.evidence());
            report.duration_s = report.audio_s;
        }
    }
    report.defect = defects::judge(&promised, &evidence, report.frames, report.duration_s.unwrap_or(0.0));
    output.end();
    Ok((Heard::Whole, report))
}

fn sha256(file: OwnedFd) -> Option<String> {
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        // By position: the demuxer reads through descriptors of its own.
        let read = rustix::io::pread(&file, &mut block[..], at).ok()?;
        if read == 0 {
            return Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        digest.update(&block[..read]);
        at += read as u64;
    }
}

/// A decoder for the stream, not yet open.
fn decoder_of(stream: &ffmpeg::Stream<'_>, threads: usize) -> Result<ffmpeg::codec::Context> {
    let mut context = ffmpeg::codec::Context::from_parameters(stream.parameters())?;
    if ffmpeg::decoder::find(context.id()).is_none() {
        bail!("this FFmpeg has no decoder for {}", context.id().name());
    }
    let kind = ffmpeg::threading::Type::Frame;
    context.set_threading(ffmpeg::threading::Config { kind, count: threads, ..Default::default() });
    Ok(context)
}
