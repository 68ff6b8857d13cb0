//! Problem types that every operation can answer with, and those of requests that reach no operation.
//!
//! Not here: what the slices refuse (see [`crate::problem::problem_types`]).

use crate::problem::ProblemType;

/// The request cannot be read.
pub const MALFORMED: ProblemType = ProblemType { status: 400, code: "malformed-request", title: "The request cannot be read" };
/// The idempotency key cannot be one.
pub const KEY_MALFORMED: ProblemType =
    ProblemType { status: 400, code: "idempotency-key-malformed", title: "The Idempotency-Key is malformed" };
/// No access token, or none that is valid.
pub const UNAUTHENTICATED: ProblemType =
    ProblemType { status: 401, code: "unauthenticated", title: "A valid access token is needed" };
/// The access token is for other things.
pub const FORBIDDEN: ProblemType =
    ProblemType { status: 403, code: "forbidden", title: "The access token lacks the scope of this operation" };
/// No such address.
pub const NOT_FOUND: ProblemType = ProblemType { status: 404, code: "not-found", title: "There is nothing at this address" };
/// The address knows other methods.
pub const METHOD_NOT_ALLOWED: ProblemType =
    ProblemType { status: 405, code: "method-not-allowed", title: "The address does not support this method" };
/// No media type of the answer that the client accepts.
pub const NOT_ACCEPTABLE: ProblemType =
    ProblemType { status: 406, code: "not-acceptable", title: "The answer cannot be given in an accepted media type" };
/// The first request with this key has not ended.
pub const KEY_RUNNING: ProblemType = ProblemType {
    status: 409,
    code: "idempotency-key-running",
    title: "The first request with this Idempotency-Key is still running",
};
/// The version named is not the present one.
pub const STALE: ProblemType = ProblemType { status: 412, code: "stale", title: "The resource changed since it was read" };
/// The body is too large.
pub const TOO_LARGE: ProblemType = ProblemType { status: 413, code: "too-large", title: "The request is larger than allowed" };
/// The body is of a media type that the operation does not read.
pub const UNSUPPORTED_MEDIA_TYPE: ProblemType =
    ProblemType { status: 415, code: "unsupported-media-type", title: "The media type is not supported" };
/// Fields are invalid; `errors` names them.
pub const INVALID: ProblemType = ProblemType { status: 422, code: "invalid-request", title: "Fields of the request are invalid" };
/// The key was used with another request.
pub const KEY_REUSED: ProblemType =
    ProblemType { status: 422, code: "idempotency-key-reused", title: "The Idempotency-Key belongs to another request" };
/// The client asks too often.
pub const TOO_MANY_REQUESTS: ProblemType =
    ProblemType { status: 429, code: "too-many-requests", title: "Too many requests; wait and try again" };
/// A fault of the server.
pub const INTERNAL: ProblemType = ProblemType { status: 500, code: "internal-error", title: "Something went wrong on our side" };
/// The service takes no more work now.
pub const BUSY: ProblemType = ProblemType { status: 503, code: "busy", title: "The service is overloaded; try again" };

/// The request came too slowly.
pub const LATE: ProblemType = ProblemType { status: 408, code: "request-timeout", title: "The request did not come in time" };

/// The database cannot be reached or has no room.
pub const UNAVAILABLE: ProblemType =
    ProblemType { status: 503, code: "unavailable", title: "The service is not available now; try again" };

/// Those that the web server answers itself, so that no operation names them.
pub const OF_THE_SERVER: [ProblemType; 3] = [NOT_FOUND, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE];
