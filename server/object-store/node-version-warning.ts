/**
 * Switches off one warning of the AWS SDK, before its first client is made: releases after January
 * 2027 need Node 22. The pinned release works on Node 20, and an operator can do nothing about it.
 */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
