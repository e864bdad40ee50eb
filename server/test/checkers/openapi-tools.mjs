export {createConfig, lintFromString} from '@redocly/openapi-core';
export {astToString, default as openapiTS} from 'openapi-typescript';
export {default as ts} from 'typescript';
