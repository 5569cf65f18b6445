//! The two traits an author implements, and the macro that makes a library of them.

use std::sync::Arc;

use crate::{
    AudioChunk, Description, Error, ErrorKind, Findings, FrameBatch, Host, OtherFindings, Result, Summary,
    Video,
};

/// An analyzer, loaded once and then serving many videos, several of them at the same time.
pub trait Analyzer: Send + Sync + Sized + 'static {
    type Session: Session;

    /// What it is and wants. Called before anything is loaded, in a process of its own: quick, and without effects.
    fn description() -> Description;

    /// Loads what all videos share, models above all.
    ///
    /// # Errors
    /// Where it cannot work here. The analyzer is then not run, and the reason is shown.
    fn load(host: &Host) -> Result<Self>;

    /// Begins a video.
    ///
    /// # Errors
    /// Where this video is not for it. Other videos and other analyzers go on.
    fn open(self: &Arc<Self>, video: &Video, host: &Host) -> Result<Self::Session>;

    /// An extension: operation and JSON text in, JSON text out. Operations that this analyzer does not know are
    /// [`ErrorKind::Unsupported`], which is what the default says.
    ///
    /// # Errors
    /// As the operation defines.
    fn control(&self, operation: &str, _json: &str) -> Result<String> {
        Err(Error::of(
            ErrorKind::Unsupported,
            format!("this analyzer does not know the operation {operation:?}"),
        ))
    }
}

/// One video on its way through an analyzer: frames and sound as asked for, interleaved, each in order; then the
/// whole findings of others; then [`finish`](Session::finish). After an error or panic no call follows but the drop.
pub trait Session: Send + 'static {
    /// Looks at the next frames, at most as many as the description's batch.
    ///
    /// # Errors
    /// Ends this analyzer's part of the job.
    fn frames(&mut self, _batch: &FrameBatch<'_>, _findings: &mut Findings) -> Result<()> {
        Ok(())
    }

    /// Listens to the next stretch of sound.
    ///
    /// # Errors
    /// Ends this analyzer's part of the job.
    fn audio(&mut self, _chunk: &AudioChunk<'_>, _findings: &mut Findings) -> Result<()> {
        Ok(())
    }

    /// Takes what another analyzer found in the whole video; once for each that was asked for per video and did find
    /// something, after the last frame and sample.
    ///
    /// # Errors
    /// Ends this analyzer's part of the job.
    fn other_findings(&mut self, _of: &OtherFindings<'_>, _findings: &mut Findings) -> Result<()> {
        Ok(())
    }

    /// Ends the video: the remaining segments, and the summary.
    ///
    /// # Errors
    /// The findings of this analyzer are then given up.
    fn finish(&mut self, findings: &mut Findings) -> Result<Summary>;
}

/// Makes the library an analyzer's library. Once in a crate of type `cdylib`, with a type that implements
/// [`Analyzer`]:
///
/// ```ignore
/// va_analyzer_sdk::export_analyzer!(Brightness);
/// ```
///
/// Every call that arrives from outside is guarded: a panic becomes an error of this analyzer.
#[macro_export]
macro_rules! export_analyzer {
    ($analyzer:ty) => {
        #[doc(hidden)]
        #[allow(unsafe_code, reason = "the exported symbol is the one the SDK's loader looks for")]
        // The name is abi_stable 0.11's for the root module ("_as.lib_header.root module loader", mangled).
        #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
        pub static VA_ANALYZER_MODULE: $crate::abi::LibHeader = $crate::abi::module_header::<$analyzer>();
    };
}
