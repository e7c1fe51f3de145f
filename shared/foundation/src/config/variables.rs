//! The table of all variables.

/// A named value that configures the system.
#[derive(Debug)]
pub struct Variable {
    /// The name in the environment.
    pub name: &'static str,
    /// The default; empty for none.
    pub default: &'static str,
    /// What it does, for `docs/CONFIGURATION.md`.
    pub about: &'static str,
}

macro_rules! variables {
    ($($name:ident = $default:literal: $about:literal;)*) => {
        $(pub(super) const $name: Variable = Variable { name: stringify!($name), default: $default, about: $about };)*
        /// Every variable, in the order of `docs/CONFIGURATION.md`.
        pub const VARIABLES: &[Variable] = &[$($name),*];
    };
}

variables! {
    ENVIRONMENT = "development": "`development` or `production`; production sets safer defaults; functions and the container do not start without it";
    FRONTEND_URL = "http://localhost:3001": "origins that may call the gateway, comma-separated; redirects go to the first";
    ALLOWED_ORIGINS = "": "origins that may call the services, comma-separated; default: those of `FRONTEND_URL`";
    GATEWAY_URL = "http://localhost:3000": "the gateway's public address, for links and the Google redirect";
    SECRETS_ID = "": "secrets in AWS Secrets Manager, comma-separated, each a JSON object of variables, read at start; the environment wins";
    TOKEN_SECRET = "": "signs tokens and hashes one-time codes; at least 32 characters; required (the local stack makes one), but for functions that only verify tokens";
    TOKEN_SECRETS_ACCEPTED = "": "further secrets, comma-separated, that are not signed with but accepted: for changing `TOKEN_SECRET` without signing anyone out";
    FRONTEND_JWT_SECRET = "": "the `JWT_SECRET` of the frontend's server, at least 32 characters: access tokens are then signed so that it can verify them, and its tickets open voice connections";
    TOKEN_PUBLIC_KEYS = "": "what verifies tokens where `TOKEN_SECRET` is not set: `access:KEY,refresh:KEY,ticket:KEY`";
    TOKEN_PUBLIC_KEYS_ID = "": "a secret in AWS Secrets Manager where the function that has `TOKEN_SECRET` publishes these, and the others read them";
    ACCESS_TOKEN_SECONDS = "3600": "lifetime of an access token";
    REFRESH_TOKEN_DAYS = "30": "lifetime of a sign-in without use";
    SIGN_IN_DAYS = "90": "lifetime of a sign-in, however often it is used";
    REQUESTS_PER_MINUTE = "120": "requests that cost something, of one user; as many at once";
    REQUESTS_PER_MINUTE_ADDRESS = "600": "the same of one network address";
    DISTRIBUTION_KEY = "": "what a distribution (CDN) in front of everything sends in `X-Distribution-Key`, at least 32 characters: then the client's address that it names in `X-Viewer-Address` is counted; unset: neither header is believed";
    COOKIE_MODE = "lax": "`lax` (frontend on the same site) or `cross-site` (`SameSite=None; Secure`)";
    SERVICES_ANONYMOUS = "": "services open to callers without a sign-in, comma-separated, rate-limited per address; `none` for none; default: `asr,batches,extract` in development, `none` in production";
    GOOGLE_CLIENT_ID = "": "OAuth client for Google sign-in; unset: sign-in with Google says that it is not set up";
    GOOGLE_CLIENT_SECRET = "": "its secret";
    GOOGLE_ISSUER = "https://accounts.google.com": "OpenID Connect issuer";
    GOOGLE_CALLBACK_TOKEN = "none": "`short` puts a token of sixty seconds into the address that Google sign-in returns to, for a frontend on another host than the gateway; it opens nothing, but makes the page refresh by cookie; `none` for none";
    SANDBOX = "on": "`off` runs child processes without a sandbox of the kernel, where another sandbox forbids it; in the environment only";
    ALLOW_DEBUGGERS = "false": "`true` lets debuggers of the same user attach, outside of production; in the environment only";
    TABLE_NAME = "intellimaint": "DynamoDB table";
    BUCKET_NAME = "intellimaint": "S3 bucket";
    AWS_REGION = "us-east-1": "region of both";
    AWS_ENDPOINT_URL_DYNAMODB = "": "DynamoDB endpoint, where it is not Amazon's";
    AWS_ENDPOINT_URL_S3 = "": "S3 endpoint, where it is not Amazon's";
    INGEST_QUEUE_URL = "": "SQS queue that tells `ingest` of uploads: what has to wait for its turn is sent there again; unset: it is given back";
    ERASE_SECONDS = "600": "how long one run removes what a deleted account has left, before it goes on in another";
    PLANS_FILE = "": "a file of plans to take the place of the built-in ones (`shared/foundation/src/plans/plans.json`)";
    DEFAULT_PLAN = "free": "the plan of people who have not subscribed";
    STRIPE_SECRET_KEY = "": "lets people pay through Stripe; unset: plans and limits work, paying does not";
    STRIPE_WEBHOOK_SECRET = "": "what Stripe signs its events with; required with the key";
    STRIPE_PRICES = "": "what each plan's price is called at Stripe: `pro=price_1,team=price_2`; of several of one plan the first is sold, the others were";
    STRIPE_API_URL = "https://api.stripe.com": "Stripe's API, or a server that stands in for it";
    ADMIN_EMAILS = "": "addresses of administrators, comma-separated: accounts that have verified one of them see figures and lists of all users";
    ADMIN_ROWS = "1000": "rows of a list for administrators: the newest";
    PROMPT_TOKENS_PRICE = "0": "what a million tokens of prompts cost, in a currency of your choice, for the figures of administrators";
    ANSWER_TOKENS_PRICE = "0": "the same of answers";
    MAIL_PROVIDER = "files": "`files` (`.eml` files), `smtp` or `ses`";
    MAIL_FROM = "IntelliMaint <no-reply@intellimaint.local>": "sender of all mail";
    MAIL_DIR = ".local/mail": "folder for `files`";
    SMTP_URL = "": "`smtp://user:password@host:587` or `smtps://…:465`, for `smtp`";
    FILE_URL_HOSTS = "": "https hosts that documents and pictures may be fetched from, comma-separated; `*.example.com` for all below; development adds `http://localhost`";
    MAX_DOCUMENT_PAGES = "5000": "pages a document may have";
    PDF_SECONDS = "60": "time that reading one PDF may take";
    PDF_MEMORY_MIB = "1024": "memory that reading one PDF may take";
    PDF_WORKER = "": "program that reads PDFs in a process of its own; default: the running program itself";
    PDFIUM_LIBRARY = "lib/pdfium/libpdfium.so": "PDFium, the library that reads PDFs, fetched by `scripts/pdfium`; on macOS `….dylib`";
    MODELS_DIR = "models": "folder of the models, each in a folder of its own, made by `scripts/models`";
    MODEL_DIR = "": "folder of the embedding model; default: `all-minilm-l6-v2` in `MODELS_DIR`";
    EMBEDDING_THREADS = "1": "threads that compute embeddings";
    SEGMENT_CACHE_MIB = "512": "memory for search segments kept between requests";
    LANGUAGE_MODEL = "extractive": "`extractive` (offline, quotes the manuals), `openai` (any compatible endpoint) or `bedrock` (AWS)";
    OPENAI_BASE_URL = "https://api.openai.com/v1": "the endpoint";
    OPENAI_API_KEY = "": "its key; local servers need none";
    OPENAI_MODEL = "gpt-4o-mini": "model name sent to it";
    OPENAI_SECONDS = "60": "time the endpoint may stay silent before an answer fails";
    BEDROCK_MODEL = "amazon.nova-lite-v1:0": "model of Amazon Bedrock: an id, an inference profile like `us.amazon.nova-lite-v1:0`, or the ARN of one";
    BEDROCK_SECONDS = "60": "time it may stay silent before an answer fails";
    CONTEXT_TOKENS = "6000": "tokens of the manuals' pages that a language model is given, roughly";
    ANSWER_TOKENS = "4096": "tokens that an answer of a language model may have, those it thinks in included; a longer one is cut there. Not more than the model allows";
    SPEECH_TO_TEXT = "moonshine": "`moonshine` (offline), `command`, `openai` (any compatible endpoint), `deepgram`, `transcribe` (AWS) or `none`";
    TEXT_TO_SPEECH = "piper": "`piper` (offline), `espeak` (eSpeak NG, offline), `openai` (any compatible endpoint), `deepgram`, `polly` (AWS) or `none`";
    SPEECH_LANGUAGE = "en-US": "the language that is spoken";
    SPEECH_SECONDS = "30": "time a provider of speech may stay silent before a request fails";
    MAX_AUDIO_SECONDS = "600": "length of a recording";
    AUDIO_WORKER = "": "program that decodes recordings in a process of its own; default: the running program itself";
    VOICE_ACTIVITY_MODEL_DIR = "": "folder of the model that tells speech from other sound; default: `silero-vad` in `MODELS_DIR`";
    SPEECH_MODEL_DIR = "": "folder of the model for `moonshine`; default: `moonshine-base-en` in `MODELS_DIR`";
    SPEECH_THREADS = "2": "pieces of speech that are recognised, and sentences that are spoken, at the same time, each on one thread; further ones wait";
    SPEECH_COMMAND = "": "program and arguments for `command`: it reads WAV (16 kHz, mono) and writes text";
    SPEECH_COMMAND_FILES = "": "files and folders that it may read beside the system's, its own and those among its arguments, comma-separated";
    OPENAI_SPEECH_BASE_URL = "": "endpoint for speech, where it is not `OPENAI_BASE_URL`";
    OPENAI_TRANSCRIPTION_MODEL = "whisper-1": "model that it transcribes with";
    OPENAI_SPEECH_MODEL = "tts-1": "model that it speaks with";
    OPENAI_SPEECH_VOICE = "alloy": "voice that it speaks with";
    DEEPGRAM_BASE_URL = "https://api.deepgram.com": "Deepgram's endpoint";
    DEEPGRAM_API_KEY = "": "its key";
    DEEPGRAM_MODEL = "nova-3": "model that it transcribes with";
    DEEPGRAM_VOICE = "aura-2-thalia-en": "model that it speaks with";
    PIPER_VOICE_DIR = "": "folder of the voice for `piper`; default: `piper-en-us-joe` in `MODELS_DIR`";
    ESPEAK_VOICE = "en-us": "voice of eSpeak NG";
    POLLY_VOICE = "Joanna": "voice of Amazon Polly";
    OCR = "paddle": "`paddle` (PP-OCR, offline; Tesseract for scanned pages, where it is installed), `tesseract` (offline), `textract` (AWS), `openai` (a multimodal model) or `none`";
    OCR_MODEL_DIR = "": "folder of the model for `paddle`; default: `pp-ocr-v6-small` in `MODELS_DIR`";
    TESSERACT_LANGUAGES = "eng": "languages that Tesseract reads, joined by `+`";
    OCR_SECONDS = "30": "time that reading one picture or scanned page may take";
    OBJECT_DETECTION = "onnx": "`onnx` (a model of your own), `rekognition` (AWS) or `openai` (a multimodal model)";
    DETECTION_MODEL_DIR = "": "folder with `model.onnx`, `labels.txt` and `preprocess.json`; default: `detection` in `MODELS_DIR`";
    OPENAI_VISION_MODEL = "": "model that looks at pictures; default: `OPENAI_MODEL`";
    MAX_PICTURE_MEGAPIXELS = "64": "size of a picture, in millions of pixels";
    PICTURE_MEMORY_MIB = "160": "memory for pictures that are decoded, read or wait for it; further ones wait outside of it, and one that takes more has it alone";
    STREAM_ADDRESS = "0.0.0.0:8080": "where the stream container listens";
    STREAM_CONNECTIONS = "10000": "Voice connections of one process";
    STREAM_CONNECTIONS_PER_USER = "5": "Voice connections of one user";
    CHAT_CONNECTIONS = "5000": "Socket.IO connections of one process";
    CHAT_CONNECTIONS_PER_USER = "20": "Socket.IO connections of one user, one for each open page";
    STREAM_IDLE_SECONDS = "600": "time a WebSocket connection may be idle";
    STREAM_TURN_SECONDS = "120": "time one spoken turn may take";
    STREAM_DRAIN_SECONDS = "25": "time that running turns have to finish when the container stops";
    ENDPOINT_SILENCE_MS = "450": "silence that ends an utterance";
    AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING = "": "Transcribe endpoint, where it is not Amazon's; likewise the next five";
    AWS_ENDPOINT_URL_SQS = "": "SQS endpoint";
    AWS_ENDPOINT_URL_POLLY = "": "Polly endpoint";
    AWS_ENDPOINT_URL_TEXTRACT = "": "Textract endpoint";
    AWS_ENDPOINT_URL_REKOGNITION = "": "Rekognition endpoint";
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME = "": "Bedrock endpoint";
    RESPONSE_STREAMING = "true": "`false` where Lambda is called by something that cannot stream; answers then come in one piece";
    METRICS = "none": "`emf`: figures for CloudWatch on standard output, in its embedded metric format";
    METRICS_FUNCTION = "": "name of this program in the figures; without it, that of the Lambda function or the program";
    LOG_FORMAT = "text": "`text` or `json`";
    RUST_LOG = "info": "log filter; set by hand, it also shows the warnings of the embedded DynamoDB and of the model loader";
}

/// The configuration table of `docs/CONFIGURATION.md`.
#[must_use]
pub fn markdown_table() -> String {
    let mut table = String::from("| variable | default | meaning |\n| --- | --- | --- |\n");
    for Variable { name, default, about } in VARIABLES {
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        table.push_str(&format!("| `{name}` | {default} | {about} |\n"));
    }
    table
}
