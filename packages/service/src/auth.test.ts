import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { problemHandler } from 'anywise/express';
import express from 'express';
import { SignJWT, UnsecuredJWT } from 'jose';
import request from 'supertest';
import { bearer, currentUser, signToken } from './auth.js';

const secret = 'a secret of at least thirty-two bytes';
const key = new TextEncoder().encode(secret);

function ask(authorization?: string) {
  const app = express()
    .get('/me', bearer(secret), (request, response) => void response.json(currentUser(request)))
    .use(problemHandler());
  const call = request(app).get('/me');
  return authorization === undefined ? call : call.set('Authorization', authorization);
}
