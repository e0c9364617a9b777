// Test scores on mother's schooling and IQ; the design matrix is made once from data.
data {
  int<lower=0> N;
  vector[N] kid_score;
  vector[N] mom_hs;
  vector[N] mom_iq;
}
transformed data {
  matrix[N, 3] x;
  x[ : , 1] = ones_vector(N);
  x[ : , 2] = mom_hs;
  x[ : , 3] = mom_iq;
}
parameters {
  vector[3] beta;
  real<lower=0> sigma;
}
model {
  sigma ~ cauchy(0, 2.5);
  kid_score ~ normal_id_glm(x, 0, beta, sigma);
}
