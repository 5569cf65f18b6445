//! The networks that can listen, and one sound on its way through the one that does.

use std::sync::Arc;

use va_analyzer_sdk::{Host, Result};

use crate::segments::Stretch;
use crate::settings::Settings;
use crate::{ina, yamnet};

/// The best first.
pub const MODELS: [&str; 2] = [REFERENCE, ina::MODEL];
/// The model that the other one stands in for.
pub const REFERENCE: &str = yamnet::MODEL;

/// A loaded network.
#[derive(Debug)]
pub enum Listener {
    Ina(Arc<ina::Network>),
    Yamnet(Arc<yamnet::Network>),
}

/// One sound: what was heard of it so far.
#[derive(Debug)]
pub enum Listening {
    Ina(Arc<ina::Network>, Box<ina::Stream>),
    Yamnet(Arc<yamnet::Network>, Box<yamnet::Stream>),
}

/// What was heard in all.
#[derive(Debug, Default, PartialEq)]
pub struct Heard {
    /// From the first sample to the last one, without gaps; none of no sound.
    pub stretches: Vec<Stretch>,
    /// Where it sounds as if it were, of a network that can tell.
    pub place: Option<String>,
}

impl Listener {
    /// Loads the best network that is installed and allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](va_analyzer_sdk::ErrorKind::Unavailable) where there is none; otherwise where the files
    /// are not of the contract that the name promises.
    pub fn load(host: &Host) -> Result<Self> {
        Ok(match host.first_model(&MODELS)? {
            REFERENCE => Listener::Yamnet(Arc::new(yamnet::Network::load(host)?)),
            _ => Listener::Ina(Arc::new(ina::Network::load(host)?)),
        })
    }

    /// The name of the model.
    pub fn name(&self) -> &'static str {
        match self {
            Listener::Ina(_) => ina::MODEL,
            Listener::Yamnet(_) => yamnet::MODEL,
        }
    }

    pub fn begin(&self) -> Listening {
        match self {
            Listener::Ina(network) => Listening::Ina(Arc::clone(network), Box::default()),
            Listener::Yamnet(network) => Listening::Yamnet(Arc::clone(network), Box::default()),
        }
    }
}

impl Listening {
    /// Takes the next samples (16 kHz, one channel).
    ///
    /// # Errors
    /// Where the network cannot be run.
    pub fn hear(&mut self, samples: &[f32]) -> Result<()> {
        match self {
            Listening::Ina(network, stream) => network.hear(stream, samples),
            Listening::Yamnet(network, stream) => network.hear(stream, samples),
        }
    }

    /// Ends the sound.
    ///
    /// # Errors
    /// As [`Listening::hear`].
    pub fn finish(self, settings: &Settings) -> Result<Heard> {
        match self {
            Listening::Ina(network, stream) => network.finish(*stream, settings),
            Listening::Yamnet(network, stream) => network.finish(*stream, settings),
        }
    }
}
