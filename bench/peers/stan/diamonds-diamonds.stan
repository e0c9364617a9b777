// Linear regression of log price on 24 predictors, centred once from data; the intercept belongs to centred columns.
data {
  int<lower=1> N;
  vector[N] Y;
  int<lower=1> K;
  matrix[N, K] X;
  int prior_only;
}
transformed data {
  int Kc = K - 1;
  matrix[N, Kc] Xc;
  for (k in 1 : Kc) {
    Xc[ : , k] = X[ : , k + 1] - mean(X[ : , k + 1]);
  }
}
parameters {
  vector[Kc] b;
  real Intercept;
  real<lower=0> sigma;
}
model {
  b ~ std_normal();
  Intercept ~ student_t(3, 8, 10);
  sigma ~ student_t(3, 0, 10);
  if (!prior_only) {
    Y ~ normal_id_glm(Xc, Intercept, b, sigma);
  }
}
