/**
 * Disables a warning of the AWS SDK before its first client is created: releases after January 2027
 * need Node 22. The pinned release works with Node 20, so an operator has nothing to do.
 */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
