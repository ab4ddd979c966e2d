/**
 * Puts the message and stack of a failure into a payload, which the codec then encrypts. The SDK loads it by its path,
 * and webpack packs it into the bundle, so it is plain JavaScript.
 */
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
