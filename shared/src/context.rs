//! What every function holds: configuration, storage, and the keeper of sign-ins.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

use crate::auth::SignIns;
use crate::billing::Billing;
use crate::objects::Objects;
use crate::store::Store;
use foundation::config::{Config, Problems};
use foundation::{aws, telemetry};

/// Built once per process, cheap to clone.
#[derive(Debug, Clone)]
pub struct Context {
    /// The whole configuration.
    pub config: Arc<Config>,
    /// What clients of further AWS services are built from.
    pub sdk: SdkConfig,
    /// The table.
    pub store: Store,
    /// The bucket.
    pub objects: Objects,
    /// Plans and what is used of them.
    pub billing: Billing,
    /// Tokens and sign-ins.
    pub sign_ins: SignIns,
}

impl Context {
    /// Builds the clients.
    pub async fn new(config: Arc<Config>) -> Self {
        let sdk = aws::sdk_config(&config.aws).await;
        let store = Store::new(&sdk, &config.aws);
        let objects = Objects::new(&sdk, &config.aws);
        let billing = Billing::new(store.clone(), &config.billing);
        let sign_ins = SignIns::new(&config.auth, &sdk, store.clone());
        Self { config, sdk, store, objects, billing, sign_ins }
    }

    /// The same, with somebody who sees every request to the table and the bucket.
    #[must_use]
    pub fn watched(&self, watcher: &SharedInterceptor) -> Self {
        let store = self.store.watched(watcher.clone());
        Self {
            config: self.config.clone(),
            sdk: self.sdk.clone(),
            objects: self.objects.watched(watcher.clone()),
            billing: Billing::new(store.clone(), &self.config.billing),
            sign_ins: self.sign_ins.in_store(store.clone()),
            store,
        }
    }

    /// Starts logging and reads the environment: the first line of every function's `main`.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration.
    pub async fn from_env() -> Result<Self, Problems> {
        telemetry::init();
        foundation::worker::confine::log_what_is_in_force();
        let context = Self::new(Arc::new(Config::from_env().await?)).await;
        context.sign_ins.tokens().learn().await;
        Ok(context)
    }
}
