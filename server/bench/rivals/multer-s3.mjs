import {randomUUID} from 'node:crypto';

import {S3Client} from '@aws-sdk/client-s3';
import express from 'express';
import multer from 'multer';
import multerS3 from 'multer-s3';

import {BUCKET, CLIENT, PORT} from '../../../dist/server/bench/rivals/store-client.js';

const storage = multerS3({
  s3: new S3Client(CLIENT),
  bucket: BUCKET,
  key: (_request, _file, done) => {
    done(null, randomUUID());
  },
});
const app = express();

app.post('/upload', multer({storage}).single('file'), (_request, response) => {
  response.status(201).json({});
});

app.listen(PORT);
