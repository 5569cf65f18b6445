//! The stable binary interface, V1: the only file that names `abi_stable`.
//!
//! What is needed often (frames, sound) crosses as borrowed views; what is needed once (description, video, summary)
//! crosses as JSON text, so that it can grow without a change of layout. Two halves: what the plugin exports
//! ([`module_header`], used by [`export_analyzer!`](crate::export_analyzer)), and what the worker calls ([`Plugin`]).
//! Every call into a plugin is guarded there by `catch_unwind`: a panic never reaches the boundary.
#![allow(non_local_definitions, reason = "abi_stable's derive macros define impls inside of functions")]
#![allow(missing_debug_implementations, reason = "types that abi_stable's macros generate")]
#![allow(unreachable_pub, reason = "types that abi_stable's macros generate")]
#![allow(unsafe_code, reason = "abi_stable's macros generate unsafe code; ours says SAFETY")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "abi_stable's macros generate unsafe blocks")]
#![allow(unused_qualifications, non_camel_case_types, reason = "code that abi_stable's macros generate")]
#![allow(clippy::all, reason = "code that abi_stable's macros generate")]

use std::path::Path;
use std::sync::Arc;

use abi_stable::StableAbi;
pub use abi_stable::library::LibHeader;
use abi_stable::library::{CheckTypeLayout, RootModule, RootModuleResult, lib_header_from_path};
use abi_stable::package_version_strings;
use abi_stable::prefix_type::WithMetadata;
use abi_stable::sabi_trait;
use abi_stable::sabi_trait::prelude::TD_Opaque;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{ROption, RResult, RSlice, RStr, RString, RVec};

use crate::compatibility::LoadError;
use crate::findings::Span;
use crate::{
    Analyzer, AudioChunk, Description, Error, ErrorKind, Findings, Frame, FrameBatch, Host, HostServices,
    LogLevel, OtherFindings, PixelFormat, Session, Summary, Video,
};

mod guard;
use guard::guarded;

// ---------------------------------------------------------------------------------------------- the layout

#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = AnalyzerModule_Ref)))]
#[sabi(missing_field(panic))]
pub struct AnalyzerModule {
    describe: extern "C" fn() -> RResult<RString, AbiError>,
    #[sabi(last_prefix_field)]
    load: extern "C" fn(AbiHostObject) -> RResult<AbiAnalyzerObject, AbiError>,
}

impl RootModule for AnalyzerModule_Ref {
    abi_stable::declare_root_module_statics! {AnalyzerModule_Ref}
    const BASE_NAME: &'static str = "va_analyzer";
    const NAME: &'static str = "va_analyzer";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

type AbiHostObject = AbiHost_TO<'static, abi_stable::std_types::RBox<()>>;
type AbiAnalyzerObject = AbiAnalyzer_TO<'static, abi_stable::std_types::RBox<()>>;
type AbiSessionObject = AbiSession_TO<'static, abi_stable::std_types::RBox<()>>;

#[sabi_trait]
pub trait AbiHost: Send + Sync {
    fn device(&self) -> RString;
    fn threads(&self) -> u32;
    fn settings_json(&self) -> RString;
    fn model_path(&self, name: RStr<'_>) -> RResult<RString, AbiError>;
    fn log(&self, level: u8, message: RStr<'_>);
    fn progress(&self, fraction: f64);
    fn cancelled(&self) -> bool;
    fn control(&self, operation: RStr<'_>, json: RStr<'_>) -> RResult<RString, AbiError>;
}

#[sabi_trait]
pub trait AbiAnalyzer: Send + Sync {
    fn open(&self, video_json: RStr<'_>, host: AbiHostObject) -> RResult<AbiSessionObject, AbiError>;
    fn control(&self, operation: RStr<'_>, json: RStr<'_>) -> RResult<RString, AbiError>;
}

#[sabi_trait]
pub trait AbiSession: Send {
    fn frames(&mut self, frames: RSlice<'_, AbiFrame<'_>>) -> RResult<AbiFindings, AbiError>;
    fn audio(&mut self, chunk: AbiAudio<'_>) -> RResult<AbiFindings, AbiError>;
    fn other_findings(&mut self, of: AbiOtherFindings<'_>) -> RResult<AbiFindings, AbiError>;
    fn finish(&mut self) -> RResult<AbiFinished, AbiError>;
    fn control(&mut self, operation: RStr<'_>, json: RStr<'_>) -> RResult<RString, AbiError>;
}

#[repr(C)]
#[derive(StableAbi)]
pub struct AbiError {
    kind: u8,
    message: RString,
}

#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct AbiFrame<'a> {
    index: u64,
    timestamp_s: f64,
    width: u32,
    height: u32,
    format: u8,
    data: RSlice<'a, u8>,
    findings: RSlice<'a, AbiOtherFindings<'a>>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct AbiAudio<'a> {
    start_s: f64,
    sample_rate: u32,
    channels: u16,
    samples: RSlice<'a, f32>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct AbiOtherFindings<'a> {
    analyzer: RStr<'a>,
    json: RStr<'a>,
}

#[repr(C)]
#[derive(StableAbi)]
pub struct AbiFindings {
    /// Segments, separated by commas.
    json: RString,
    spans: RVec<AbiSpan>,
}

#[repr(C)]
#[derive(StableAbi, Clone, Copy)]
pub struct AbiSpan {
    end: u64,
    frame: ROption<u64>,
}

#[repr(C)]
#[derive(StableAbi)]
pub struct AbiFinished {
    findings: AbiFindings,
    summary_json: RString,
}

// ---------------------------------------------------------------------------------------------- plain to ABI and back

const ERROR_KINDS: [ErrorKind; 6] = [
    ErrorKind::Failed,
    ErrorKind::Cancelled,
    ErrorKind::OutOfMemory,
    ErrorKind::Unavailable,
    ErrorKind::Unsupported,
    ErrorKind::Panicked,
];
const LOG_LEVELS: [LogLevel; 4] = [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error];
const PIXEL_FORMATS: [PixelFormat; 2] = [PixelFormat::Rgb8, PixelFormat::Gray8];

fn code<T: PartialEq>(table: &[T], value: T) -> u8 {
    table.iter().position(|entry| *entry == value).unwrap_or(0) as u8
}

impl From<Error> for AbiError {
    fn from(error: Error) -> Self {
        AbiError { kind: code(&ERROR_KINDS, error.kind), message: error.message.into() }
    }
}

impl From<AbiError> for Error {
    fn from(error: AbiError) -> Self {
        let kind = ERROR_KINDS.get(usize::from(error.kind)).copied().unwrap_or(ErrorKind::Failed);
        Error { kind, message: error.message.into_string() }
    }
}

impl From<Findings> for AbiFindings {
    fn from(findings: Findings) -> Self {
        let (json, spans) = findings.into_parts();
        let spans =
            spans.iter().map(|span| AbiSpan { end: span.end as u64, frame: span.frame.into() }).collect();
        AbiFindings { json: json.into(), spans }
    }
}

fn to_frame<'a>(frame: &AbiFrame<'a>, findings: &'a [OtherFindings<'a>]) -> Frame<'a> {
    Frame {
        index: frame.index,
        timestamp_s: frame.timestamp_s,
        width: frame.width,
        height: frame.height,
        format: PIXEL_FORMATS.get(usize::from(frame.format)).copied().unwrap_or(PixelFormat::Gray8),
        data: frame.data.as_slice(),
        findings,
    }
}

fn to_other<'a>(other: &AbiOtherFindings<'a>) -> OtherFindings<'a> {
    OtherFindings { analyzer: other.analyzer.as_str(), json: other.json.as_str() }
}

fn from_other<'a>(other: &OtherFindings<'a>) -> AbiOtherFindings<'a> {
    AbiOtherFindings { analyzer: other.analyzer.into(), json: other.json.into() }
}

// ---------------------------------------------------------------------------------------------- the plugin's half

/// The header that a plugin exports; see [`export_analyzer!`](crate::export_analyzer).
pub const fn module_header<A: Analyzer>() -> LibHeader {
    // SAFETY: `construct::<A>` returns the module whose type is named here, as `from_constructor` requires.
    unsafe { LibHeader::from_constructor::<AnalyzerModule_Ref>(construct::<A>, CheckTypeLayout::Yes) }
}

extern "C" fn construct<A: Analyzer>() -> RootModuleResult {
    abi_stable::library::__call_root_module_loader(|| module::<A>())
}

struct Module<A>(std::marker::PhantomData<A>);

impl<A: Analyzer> Module<A> {
    const VALUE: &'static WithMetadata<AnalyzerModule> =
        &WithMetadata::new(AnalyzerModule { describe: describe::<A>, load: load::<A> });
}

fn module<A: Analyzer>() -> AnalyzerModule_Ref {
    AnalyzerModule_Ref(Module::<A>::VALUE.static_as_prefix())
}

extern "C" fn describe<A: Analyzer>() -> RResult<RString, AbiError> {
    guarded(|| Ok(serde_json::to_string(&A::description())?.into()))
}

extern "C" fn load<A: Analyzer>(host: AbiHostObject) -> RResult<AbiAnalyzerObject, AbiError> {
    guarded(|| Ok(loaded::<A>(host_of(host))?))
}

fn loaded<A: Analyzer>(host: Host) -> Result<AbiAnalyzerObject, Error> {
    let analyzer = guard::Quiet::new(Arc::new(A::load(&host)?));
    Ok(AbiAnalyzer_TO::from_value(GuestAnalyzer::<A> { analyzer }, TD_Opaque))
}

fn host_of(object: AbiHostObject) -> Host {
    Host::new(Arc::new(RemoteHost(object)))
}

struct RemoteHost(AbiHostObject);

impl HostServices for RemoteHost {
    fn device(&self) -> String {
        self.0.device().into_string()
    }

    fn threads(&self) -> usize {
        self.0.threads() as usize
    }

    fn settings_json(&self) -> String {
        self.0.settings_json().into_string()
    }

    fn model_path(&self, name: &str) -> Result<std::path::PathBuf, Error> {
        Ok(self.0.model_path(name.into()).into_result()?.into_string().into())
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.0.log(code(&LOG_LEVELS, level), message.into());
    }

    fn progress(&self, fraction: f64) {
        self.0.progress(fraction);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn control(&self, operation: &str, json: &str) -> Result<String, Error> {
        Ok(self.0.control(operation.into(), json.into()).into_result()?.into_string())
    }
}

struct GuestAnalyzer<A: Analyzer> {
    analyzer: guard::Quiet<Arc<A>>,
}

impl<A: Analyzer> AbiAnalyzer for GuestAnalyzer<A> {
    fn open(&self, video_json: RStr<'_>, host: AbiHostObject) -> RResult<AbiSessionObject, AbiError> {
        guarded(|| {
            let video: Video = serde_json::from_str(video_json.as_str())?;
            let session = guard::Quiet::new(self.analyzer.get().open(&video, &host_of(host))?);
            Ok(AbiSession_TO::from_value(GuestSession { session }, TD_Opaque))
        })
    }

    fn control(&self, operation: RStr<'_>, json: RStr<'_>) -> RResult<RString, AbiError> {
        guarded(|| Ok(self.analyzer.get().control(operation.as_str(), json.as_str())?.into()))
    }
}

struct GuestSession<S: Session> {
    session: guard::Quiet<S>,
}

impl<S: Session> GuestSession<S> {
    fn collect(
        &mut self,
        call: impl FnOnce(&mut S, &mut Findings) -> Result<(), Error>,
    ) -> RResult<AbiFindings, AbiError> {
        guarded(|| {
            let mut findings = Findings::default();
            call(self.session.get_mut(), &mut findings)?;
            Ok(findings.into())
        })
    }
}

impl<S: Session> AbiSession for GuestSession<S> {
    fn frames(&mut self, frames: RSlice<'_, AbiFrame<'_>>) -> RResult<AbiFindings, AbiError> {
        self.collect(|session, findings| {
            let others: Vec<Vec<OtherFindings<'_>>> =
                frames.iter().map(|frame| frame.findings.iter().map(to_other).collect()).collect();
            let frames: Vec<Frame<'_>> =
                frames.iter().zip(&others).map(|(frame, others)| to_frame(frame, others)).collect();
            session.frames(&FrameBatch::new(&frames), findings)
        })
    }

    fn audio(&mut self, chunk: AbiAudio<'_>) -> RResult<AbiFindings, AbiError> {
        self.collect(|session, findings| {
            let chunk = AudioChunk {
                start_s: chunk.start_s,
                sample_rate: chunk.sample_rate,
                channels: chunk.channels,
                samples: chunk.samples.as_slice(),
            };
            session.audio(&chunk, findings)
        })
    }

    fn other_findings(&mut self, of: AbiOtherFindings<'_>) -> RResult<AbiFindings, AbiError> {
        self.collect(|session, findings| session.other_findings(&to_other(&of), findings))
    }

    fn finish(&mut self) -> RResult<AbiFinished, AbiError> {
        guarded(|| {
            let mut findings = Findings::default();
            let summary = self.session.get_mut().finish(&mut findings)?;
            Ok(AbiFinished {
                findings: findings.into(),
                summary_json: serde_json::to_string(&summary)?.into(),
            })
        })
    }

    fn control(&mut self, operation: RStr<'_>, _json: RStr<'_>) -> RResult<RString, AbiError> {
        let message = format!("this session does not know the operation {operation:?}");
        RResult::RErr(Error::of(ErrorKind::Unsupported, message).into())
    }
}

// ---------------------------------------------------------------------------------------------- the worker's half

/// A plugin's library, loaded into this process for the rest of its life (abi_stable never unloads).
#[derive(Clone, Copy)]
pub struct Plugin {
    module: AnalyzerModule_Ref,
}

impl Plugin {
    /// Loads the library at `path`, which must be absolute: a bare name would be searched for on the library path.
    ///
    /// The caller has made sure that the file is a whole ELF image: the dynamic linker kills the process on a
    /// truncated one.
    ///
    /// # Errors
    /// Where it is no analyzer, or one of another SDK version; see [`LoadError`].
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        let header = lib_header_from_path(path).map_err(|e| LoadError::from_text(path, &e.to_string()))?;
        let module = header
            .init_root_module::<AnalyzerModule_Ref>()
            .map_err(|e| LoadError::from_text(path, &e.to_string()))?;
        Ok(Plugin { module })
    }

    /// An analyzer of this very program, through the same boundary as one from a library.
    pub fn in_process<A: Analyzer>() -> Self {
        Plugin { module: module::<A>() }
    }

    /// # Errors
    /// Where the plugin panics, or describes itself in a form that this SDK cannot read.
    pub fn description(&self) -> Result<Description, Error> {
        let json = self.module.describe()().into_result()?;
        serde_json::from_str(json.as_str())
            .map_err(|e| Error::new(format!("cannot read the analyzer's description: {e}")))
    }

    /// # Errors
    /// As the analyzer says.
    pub fn load(&self, host: Arc<dyn HostServices>) -> Result<LoadedAnalyzer, Error> {
        Ok(LoadedAnalyzer { analyzer: self.module.load()(host_object(host)).into_result()? })
    }
}

fn host_object(services: Arc<dyn HostServices>) -> AbiHostObject {
    AbiHost_TO::from_value(LocalHost(services), TD_Opaque)
}

struct LocalHost(Arc<dyn HostServices>);

impl AbiHost for LocalHost {
    fn device(&self) -> RString {
        self.0.device().into()
    }

    fn threads(&self) -> u32 {
        self.0.threads() as u32
    }

    fn settings_json(&self) -> RString {
        self.0.settings_json().into()
    }

    fn model_path(&self, name: RStr<'_>) -> RResult<RString, AbiError> {
        let path = self.0.model_path(name.as_str());
        path.map(|path| path.display().to_string().into()).map_err(AbiError::from).into()
    }

    fn log(&self, level: u8, message: RStr<'_>) {
        let level = LOG_LEVELS.get(usize::from(level)).copied().unwrap_or(LogLevel::Error);
        self.0.log(level, message.as_str());
    }

    fn progress(&self, fraction: f64) {
        self.0.progress(fraction);
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn control(&self, operation: RStr<'_>, json: RStr<'_>) -> RResult<RString, AbiError> {
        self.0.control(operation.as_str(), json.as_str()).map(RString::from).map_err(AbiError::from).into()
    }
}

/// An analyzer in memory, ready for videos.
pub struct LoadedAnalyzer {
    analyzer: AbiAnalyzerObject,
}

impl LoadedAnalyzer {
    /// # Errors
    /// As the analyzer says.
    pub fn open(&self, video: &Video, host: Arc<dyn HostServices>) -> Result<OpenSession, Error> {
        let video = serde_json::to_string(video)?;
        Ok(OpenSession {
            session: self.analyzer.open(video.as_str().into(), host_object(host)).into_result()?,
        })
    }

    /// # Errors
    /// As the analyzer says.
    pub fn control(&self, operation: &str, json: &str) -> Result<String, Error> {
        Ok(self.analyzer.control(operation.into(), json.into()).into_result()?.into_string())
    }
}

/// A video on its way through an analyzer. After an error it is only good for dropping.
pub struct OpenSession {
    session: AbiSessionObject,
}

impl OpenSession {
    /// # Errors
    /// As the analyzer says.
    pub fn frames(&mut self, frames: &[Frame<'_>]) -> Result<NewSegments, Error> {
        let others: Vec<Vec<AbiOtherFindings<'_>>> =
            frames.iter().map(|frame| frame.findings.iter().map(from_other).collect()).collect();
        let frames: Vec<AbiFrame<'_>> = frames
            .iter()
            .zip(&others)
            .map(|(frame, others)| AbiFrame {
                index: frame.index,
                timestamp_s: frame.timestamp_s,
                width: frame.width,
                height: frame.height,
                format: code(&PIXEL_FORMATS, frame.format),
                data: frame.data.into(),
                findings: others.as_slice().into(),
            })
            .collect();
        Ok(NewSegments(self.session.frames(frames.as_slice().into()).into_result()?))
    }

    /// # Errors
    /// As the analyzer says.
    pub fn audio(&mut self, chunk: &AudioChunk<'_>) -> Result<NewSegments, Error> {
        let chunk = AbiAudio {
            start_s: chunk.start_s,
            sample_rate: chunk.sample_rate,
            channels: chunk.channels,
            samples: chunk.samples.into(),
        };
        Ok(NewSegments(self.session.audio(chunk).into_result()?))
    }

    /// # Errors
    /// As the analyzer says.
    pub fn other_findings(&mut self, of: &OtherFindings<'_>) -> Result<NewSegments, Error> {
        Ok(NewSegments(self.session.other_findings(from_other(of)).into_result()?))
    }

    /// # Errors
    /// As the analyzer says.
    pub fn finish(&mut self) -> Result<(NewSegments, FinalWord), Error> {
        let finished = self.session.finish().into_result()?;
        let summary: Summary = serde_json::from_str(finished.summary_json.as_str())
            .map_err(|e| Error::new(format!("the analyzer's summary is malformed: {e}")))?;
        Ok((NewSegments(finished.findings), FinalWord(summary)))
    }
}

/// The segments that came out of one call, still in the plugin's own memory.
pub struct NewSegments(AbiFindings);

impl NewSegments {
    /// Segments as JSON text, separated by commas; not yet checked by anyone but the plugin.
    pub fn json(&self) -> &str {
        self.0.json.as_str()
    }

    pub fn len(&self) -> usize {
        self.0.spans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.spans.is_empty()
    }

    /// Each segment's text, and the frame it speaks of.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<u64>)> {
        let mut start = 0;
        self.0.spans.iter().map(move |span| {
            let span = Span { end: span.end as usize, frame: span.frame.into_option() };
            let text = self.json().get(start..span.end).unwrap_or_default();
            start = span.end + 1;
            (text, span.frame)
        })
    }
}

/// The summary, and how the analyzer came by it.
pub struct FinalWord(Summary);

impl FinalWord {
    pub fn summary_json(&self) -> &str {
        self.0.summary.get()
    }

    pub fn degraded(&self) -> Option<&str> {
        self.0.degraded.as_deref()
    }

    pub fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn exported_symbol_is_the_one_the_loader_looks_for() {
        let source = include_str!("export.rs");
        assert!(
            source.contains(&format!("export_name = {:?}", abi_stable::library::ROOT_MODULE_LOADER_NAME))
        );
    }
}
