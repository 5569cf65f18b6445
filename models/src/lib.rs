//! What a model is, where it lies, and on which terms it may be used.
//!
//! [`table`] reads `models.toml`, which names every model; [`store`] is the folder of installed models, and nothing but
//! files; [`licence`] decides what may be used; [`places`] says where table and folder lie, the same for all programs.
//! Nothing here fetches anything: that is `va-models-pull`, which the daemon does not link.
//!
//! ```
//! use va_models::licence::Allowed;
//! use va_models::store::Store;
//!
//! # let models = std::env::temp_dir().join("va-models-doctest");
//! let store = Store::new(models);
//! let allowed = Allowed::new(["permissive", "AGPL-3.0"]);
//! match (store.folder("yolo11n"), store.manifest("yolo11n")?) {
//!     (Some(folder), Some(manifest)) if allowed.allows(&manifest.licence, manifest.terms) => {
//!         println!("{}", folder.join("model.onnx").display());
//!     }
//!     (Some(_), Some(manifest)) => println!("[models] licences excludes {}", manifest.licence),
//!     _ => println!("install it with `vactl models pull yolo11n`"),
//! }
//! # Ok::<(), va_models::store::StoreError>(())
//! ```

pub mod digest;
pub mod licence;
pub mod places;
pub mod store;
pub mod table;
